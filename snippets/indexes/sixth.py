"""What a statement reads before and from its sixth execution on.

    python sixth.py DSN STATEMENT [ARGUMENT ...]

needs nothing but asyncpg. The statement runs prepared, six times, in
a transaction that may only read. Running it without arguments asks
for failed jobs.
"""

import asyncio
import json
import sys
from itertools import chain
from typing import Any

import asyncpg

START = "SET LOCAL statement_timeout = '30s'"
QUOTE = """
SELECT '(' || string_agg(quote_literal(value), ', ' ORDER BY n) || ')'
FROM unnest($1::text[]) WITH ORDINALITY AS given (value, n)
"""
TAKEN = """
SELECT generic_plans > 0 FROM pg_prepared_statements WHERE name = $1
"""
FORCE = "SET LOCAL plan_cache_mode = force_generic_plan"
ANALYZE = "ANALYZE, BUFFERS, "


# --8<-- [start:report]
async def report(dsn: str, statement: str, *arguments: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(START)
            prepared = await connection.prepare(statement)
            name = prepared.get_name()
            given = await connection.fetchval(QUOTE, arguments)
            run = f"EXECUTE {name}{given or ''}"
            plans = [
                await explain(connection, run, ANALYZE)
                for _ in range(6)
            ]
            generic = await connection.fetchval(TAKEN, name)
            await connection.execute(FORCE)
            cost = (await explain(connection, run))["Total Cost"]
    finally:
        await connection.close()
    show("execution 5", plans[4])
    show("execution 6", plans[5])
    print(f"cost: custom {plans[4]['Total Cost']}, generic {cost}")
    print("then:", "generic" if generic else "custom", "plans")


# --8<-- [end:report]


async def explain(
    connection: asyncpg.Connection, run: str, analyze: str = ""
) -> dict[str, Any]:
    explained = f"EXPLAIN ({analyze}FORMAT JSON) {run}"
    plan = json.loads(await connection.fetchval(explained))
    return dict(plan[0]["Plan"])


def show(title: str, plan: dict[str, Any]) -> None:
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{title}: {buffers:,} buffers", *nodes(plan), sep="\n")


def nodes(node: dict[str, Any], depth: int = 1) -> list[str]:
    name = node.get("Index Name") or node.get("Relation Name", "")
    line = f"{'  ' * depth}{node['Node Type']} {name}".rstrip()
    if removed := node.get("Rows Removed by Filter"):
        line += f" (removes {removed:,} rows)"
    below = [nodes(n, depth + 1) for n in node.get("Plans", [])]
    return [line, *chain(*below)]


async def demonstrate(dsn: str) -> None:
    from snippets.indexes.jobs import jobs
    from snippets.indexes.naive_newest import NEWEST

    async with jobs(dsn):
        await report(dsn, NEWEST, "failed")


def main() -> None:
    if sys.argv[1:]:
        try:
            asyncio.run(report(*sys.argv[1:]))
        except (asyncpg.PostgresError, OSError) as error:
            sys.exit(str(error))
        return
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
