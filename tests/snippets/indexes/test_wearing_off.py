"""Covering and BRIN indexes before and after their table changes."""

from snippets.indexes import covering, ranges
from snippets.indexes.plans import explain, quiet


async def test_an_index_only_scan_visits_the_table_for_changed_rows_until_a_vacuum(
    dsn: str,
) -> None:
    scripts = covering.TABLE, covering.PLAIN, covering.VACUUM
    async with quiet(dsn, *scripts) as connection:
        plain = await explain(connection, covering.TOTAL)
        await connection.execute(covering.COVERING)
        fresh = await explain(connection, covering.TOTAL)
        total = await connection.fetchval(covering.TOTAL)
        await connection.execute(covering.CHANGE)
        changed = await explain(connection, covering.TOTAL)
        assert await connection.fetchval(covering.TOTAL) == total
        await connection.execute(covering.VACUUM)
        vacuumed = await explain(connection, covering.TOTAL)
        sizes = [
            await connection.fetchval(covering.PAGES, name)
            for name in ("orders_plain", "orders_covering")
        ]
    assert plain.nodes == ("Bitmap Index Scan orders_plain",)
    only = ("Index Only Scan orders_covering",)
    assert (fresh.nodes, changed.nodes, vacuumed.nodes) == (only, only, only)
    assert (fresh.fetches, changed.fetches, vacuumed.fetches) == (0, 300, 0)
    assert fresh.buffers < 10
    assert vacuumed.buffers < 10
    assert changed.buffers > plain.buffers
    assert 2.5 < sizes[1] / sizes[0] < 3


async def test_new_rows_in_old_holes_stretch_the_ranges_of_brin(dsn: str) -> None:
    fill = ranges.ROWS.format(first=1, last=30_000)
    refill = ranges.ROWS.format(first=30_001, last=33_000)
    scripts = ranges.TABLE, fill, ranges.BRIN, ranges.VACUUM
    async with quiet(dsn, *scripts) as connection:
        fresh = await explain(connection, ranges.HOURS)
        count = await connection.fetchval(ranges.HOURS)
        for statement in (ranges.DELETE, ranges.VACUUM):
            await connection.execute(statement)
        emptied = await explain(connection, ranges.HOURS)
        for statement in (refill, ranges.VACUUM):
            await connection.execute(statement)
        refilled = await explain(connection, ranges.HOURS)
        assert await connection.fetchval(ranges.HOURS) == 0.9 * count == 324
        await connection.execute("REINDEX INDEX log_brin")
        rebuilt = await explain(connection, ranges.HOURS)
    assert {plan.nodes for plan in (fresh, emptied, refilled, rebuilt)} == {
        ("Bitmap Index Scan log_brin",)
    }
    assert emptied.buffers <= fresh.buffers < 50
    assert refilled.buffers > 10 * fresh.buffers
    assert rebuilt.buffers == refilled.buffers


async def test_a_class_that_knows_of_gaps_keeps_its_ranges(dsn: str) -> None:
    fill = ranges.ROWS.format(first=1, last=30_000)
    refill = ranges.ROWS.format(first=30_001, last=33_000)
    async with quiet(dsn, ranges.TABLE, fill, ranges.GAPS, ranges.VACUUM) as connection:
        fresh = await explain(connection, ranges.HOURS)
        for statement in (ranges.DELETE, ranges.VACUUM, refill, ranges.VACUUM):
            await connection.execute(statement)
        refilled = await explain(connection, ranges.HOURS)
    assert {plan.nodes for plan in (fresh, refilled)} == {("Bitmap Index Scan log_gaps",)}
    assert max(fresh.buffers, refilled.buffers) < 50


async def test_brin_is_smaller_than_a_b_tree_and_reads_more(dsn: str) -> None:
    fill = ranges.ROWS.format(first=1, last=30_000)
    async with quiet(dsn, ranges.TABLE, fill, ranges.BTREE, ranges.VACUUM) as connection:
        btree = await explain(connection, ranges.HOURS)
        large = await connection.fetchval(ranges.SIZE, "log_btree")
        await connection.execute("DROP INDEX log_btree;" + ranges.BRIN)
        brin = await explain(connection, ranges.HOURS)
        small = await connection.fetchval(ranges.SIZE, "log_brin")
    assert btree.nodes == ("Index Scan log_btree",)
    assert btree.buffers < brin.buffers < 2 * btree.buffers
    assert large > 20 * small
