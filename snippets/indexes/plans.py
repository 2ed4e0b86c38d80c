"""Which index a statement takes, and how many pages that reads.

A plan is that of the second run, because the first may set hint bits.
Pages found in shared buffers and pages read into them count alike.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

# What a plan must not depend on: idle processors and a compiler.
QUIET = {"max_parallel_workers_per_gather": "0", "jit": "off"}
UNNAMED = {"Limit", "Aggregate", "Bitmap Heap Scan"}


# --8<-- [start:plan]
@dataclass(frozen=True)
class Plan:
    nodes: tuple[str, ...]
    buffers: int
    estimated: int
    rows: int
    removed: int = 0
    fetches: int = 0
    searches: int = 0

    def __str__(self) -> str:
        return f"{self.buffers:,} buffers, {', '.join(self.nodes)}"


async def explain(
    connection: asyncpg.Connection, statement: str, runs: int = 2
) -> Plan:
    options = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"
    for _ in range(runs):
        text = await connection.fetchval(
            f"EXPLAIN ({options}) {statement}"
        )
    return plan(json.loads(text)[0]["Plan"])


# --8<-- [end:plan]


def plan(root: dict[str, Any]) -> Plan:
    nodes = list(flat(root))
    shown = [n for n in nodes if n["Node Type"] not in UNNAMED]
    scan = nodes[-1]
    return Plan(
        nodes=tuple(map(named, shown)),
        buffers=root["Shared Hit Blocks"] + root["Shared Read Blocks"],
        estimated=shown[0]["Plan Rows"],
        rows=round(shown[0]["Actual Rows"]),
        removed=sum(n.get("Rows Removed by Filter", 0) for n in nodes),
        fetches=scan.get("Heap Fetches", 0),
        searches=scan.get("Index Searches", 0),
    )


def flat(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [deep for n in node.get("Plans", []) for deep in flat(n)]
    return [node, *below]


def named(node: dict[str, Any]) -> str:
    name = str(node["Node Type"])
    if node.get("Scan Direction") == "Backward":
        name += " Backward"
    return f"{name} {node.get('Index Name', '')}".rstrip()


@asynccontextmanager
async def quiet(
    dsn: str, *scripts: str, **settings: str
) -> AsyncIterator[asyncpg.Connection]:
    """A connection that plans alike on every machine."""
    connection = await asyncpg.connect(
        dsn, server_settings=QUIET | settings
    )
    try:
        for script in scripts:
            await connection.execute(script)
        yield connection
    finally:
        await connection.close()
