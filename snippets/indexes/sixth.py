"""What a statement reads before and from its sixth execution on.

    python sixth.py DSN STATEMENT [ARGUMENT ...]

needs only asyncpg. The statement runs six times, in a transaction that
may only read. Running it without arguments asks for failed jobs.
"""

import asyncio
import json
import sys
from itertools import chain
from typing import Any

import asyncpg

Node = dict[str, Any]
LIMIT = "SET LOCAL statement_timeout = '30s'"
QUOTE = """
SELECT '(' || string_agg(quote_literal(value), ', ' ORDER BY n) || ')'
FROM unnest($1::text[]) WITH ORDINALITY AS given (value, n)"""
TAKEN = """
SELECT generic_plans > 0 FROM pg_prepared_statements WHERE name = $1"""
ANALYZE = "ANALYZE, BUFFERS, FORMAT JSON"
FORCE = "SET LOCAL plan_cache_mode = force_generic_plan"


# --8<-- [start:report]
async def report(dsn: str, statement: str, *arguments: str) -> None:
    connection = await asyncpg.connect(dsn.replace("+asyncpg", ""))
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(LIMIT)
            kept = await connection.prepare(statement)
            given = await connection.fetchval(QUOTE, arguments) or ""
            run = f"EXECUTE {kept.get_name()}{given}"
            for number in range(1, 7):
                plan = await explain(connection, f"({ANALYZE}) {run}")
                if number == 5:
                    show("execution 5", plan)
                    custom = plan["Total Cost"]
            show("execution 6", plan)
            taken = await connection.fetchval(TAKEN, kept.get_name())
            await connection.execute(FORCE)
            generic = await explain(connection, f"(FORMAT JSON) {run}")
    finally:
        await connection.close()
    print(f"cost: custom {custom}, generic {generic['Total Cost']}")
    print("then:", "generic" if taken else "custom", "plans")


# --8<-- [end:report]


async def explain(driver: asyncpg.Connection, run: str) -> Node:
    text = await driver.fetchval(f"EXPLAIN {run}")
    return dict(json.loads(text)[0]["Plan"])


def show(title: str, plan: Node) -> None:
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{title}: {buffers:,} buffers", *nodes(plan, 1), sep="\n")


def nodes(node: Node, depth: int) -> list[str]:
    name = node.get("Index Name") or node.get("Relation Name", "")
    line = f"{'  ' * depth}{node['Node Type']} {name}".rstrip()
    if removed := node.get("Rows Removed by Filter"):
        line += f" (removes {removed:,} rows)"
    below = [nodes(n, depth + 1) for n in node.get("Plans", [])]
    return [line, *chain(*below)]


def main() -> None:
    if len(sys.argv) == 2:
        sys.exit(__doc__)
    if sys.argv[1:]:
        try:
            asyncio.run(report(*sys.argv[1:]))
        except (asyncpg.PostgresError, OSError, ValueError) as error:
            sys.exit(str(error))
        return
    import lab
    from snippets.indexes import jobs, naive_newest

    with lab.postgres() as dsn:
        asyncio.run(jobs.create(dsn))
        asyncio.run(report(dsn, naive_newest.NEWEST, "failed"))


if __name__ == "__main__":
    main()
