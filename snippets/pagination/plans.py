"""What a statement does, without costs and times: nodes, buffers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql


# --8<-- [start:plan]
@dataclass(frozen=True)
class Plan:
    scan: str  # the node that reads the table, and how
    removed: int  # rows that were read and thrown away by a filter
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
        scan=" + ".join(n["Node Type"] for n in nodes),
        removed=sum(n.get("Rows Removed by Filter", 0) for n in nodes),
        buffers=root["Shared Hit Blocks"] + root["Shared Read Blocks"],
    )


# --8<-- [end:plan]


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from below(child)


def sql(query: Select[Any]) -> str:
    """The statement with its values in it, as psql would take it."""
    return str(
        query.compile(
            dialect=postgresql.dialect(),
            compile_kwargs={"literal_binds": True},
        )
    )
