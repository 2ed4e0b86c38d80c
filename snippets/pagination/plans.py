"""What a statement does, without costs and times: nodes, buffers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncEngine


# --8<-- [start:plan]
@dataclass(frozen=True)
class Plan:
    nodes: list[str]  # from the top, such as Limit, Index Scan
    removed: int  # rows that a filter read and threw away
    buffers: int  # pages of 8 KiB, in memory or not


async def explain(
    connection: asyncpg.Connection, query: str, *arguments: Any
) -> Plan:
    """The plan of the second run: the first also reads the catalog."""
    analyze = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}"
    await connection.fetchval(analyze, *arguments)
    text = await connection.fetchval(analyze, *arguments)
    root = json.loads(text)[0]["Plan"]
    nodes = list(below(root))
    return Plan(
        nodes=[node["Node Type"] for node in nodes],
        removed=sum(
            node.get("Rows Removed by Filter", 0) for node in nodes
        ),
        buffers=root["Shared Hit Blocks"] + root["Shared Read Blocks"],
    )


# --8<-- [end:plan]


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from below(child)


def sql(query: Select[Any], engine: AsyncEngine) -> str:
    """The statement with its values in it, as psql would take it."""
    values = {"literal_binds": True}
    return str(query.compile(engine.sync_engine, compile_kwargs=values))
