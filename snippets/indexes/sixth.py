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

LIMIT = "SET LOCAL statement_timeout = '30s'"
QUOTE = """
SELECT '(' || string_agg(quote_literal(value), ', ' ORDER BY n) || ')'
FROM unnest($1::text[]) WITH ORDINALITY AS given (value, n)
"""
TAKEN = """
SELECT generic_plans > 0 FROM pg_prepared_statements WHERE name = $1
"""
FORCE = "SET LOCAL plan_cache_mode = force_generic_plan"


# --8<-- [start:report]
async def report(dsn: str, statement: str, *arguments: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(LIMIT)
            prepared = await connection.prepare(statement)
            name = prepared.get_name()
            given = await connection.fetchval(QUOTE, arguments) or ""
            analyze = f"(ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}"
            for number in range(1, 7):
                plan = await explain(connection, analyze + given)
                if number == 5:
                    show("execution 5", plan)
                    custom = plan["Total Cost"]
            show("execution 6", plan)
            taken = await connection.fetchval(TAKEN, name)
            await connection.execute(FORCE)
            only = f"(FORMAT JSON) EXECUTE {name}{given}"
            generic = (await explain(connection, only))["Total Cost"]
    finally:
        await connection.close()
    print(f"cost: custom {custom}, generic {generic}")
    print("then:", "generic" if taken else "custom", "plans")


# --8<-- [end:report]


async def explain(
    connection: asyncpg.Connection, run: str
) -> dict[str, Any]:
    text = await connection.fetchval(f"EXPLAIN {run}")
    return dict(json.loads(text)[0]["Plan"])


def show(title: str, plan: dict[str, Any]) -> None:
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{title}: {buffers:,} buffers", *nodes(plan, 1), sep="\n")


def nodes(node: dict[str, Any], depth: int) -> list[str]:
    name = node.get("Index Name") or node.get("Relation Name", "")
    line = f"{'  ' * depth}{node['Node Type']} {name}".rstrip()
    if removed := node.get("Rows Removed by Filter"):
        line += f" (removes {removed:,} rows)"
    below = [nodes(n, depth + 1) for n in node.get("Plans", [])]
    return [line, *chain(*below)]


def main() -> None:
    if sys.argv[1:]:
        try:
            asyncio.run(report(*sys.argv[1:]))
        except (asyncpg.PostgresError, OSError) as error:
            sys.exit(str(error))
        return
    import lab
    from snippets.indexes import jobs, naive_newest

    with lab.postgres() as dsn:
        asyncio.run(jobs.create(dsn))
        asyncio.run(report(dsn, naive_newest.NEWEST, "failed"))


if __name__ == "__main__":
    main()
