"""What a skip scan makes of the wrong column order.

Running it asks for ten of 100,000 events by the second column of an
index, whose first column has more and more different values, and
prints what was read.
"""

import asyncio
from pathlib import Path

from snippets.indexes.plans import explain, quiet

# --8<-- [start:order]
LEADING = (4, 20, 200, 1_000)
SETUP = Path(__file__).with_name("events.sql").read_text()
TABLE = SETUP.partition(";")[0]
FEW = "SELECT id FROM events WHERE device = 471"
NEXT = "SELECT id FROM events ORDER BY device LIMIT 10"
# --8<-- [end:order]
PAGES = "SELECT pg_relation_size('led') / 8192"


async def demonstrate(dsn: str) -> None:
    # Estimates from all rows, not from a sample.
    settings = {"default_statistics_target": "400"}
    vacuum = "VACUUM (FREEZE, ANALYZE) events"
    async with quiet(dsn, TABLE, vacuum, **settings) as connection:
        print(f"{'index':<16} pages  buffers  searches")
        for first, second in (
            ("device", "of_4"),
            *((f"of_{leading}", "device") for leading in LEADING),
        ):
            await connection.execute(
                f"CREATE INDEX led ON events ({first}, {second})"
            )
            plan = await explain(connection, FEW)
            pages = await connection.fetchval(PAGES)
            print(
                f"{first + ', ' + second:<16}{pages:>6}"
                f"{plan.buffers:>9}{plan.searches:>10}"
            )
            if first == "of_4":
                ordered = await explain(connection, NEXT)
            await connection.execute("DROP INDEX led")
        print("ORDER BY device, of_4 first:")
        print(ordered)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
