"""Totals and their estimates."""

import asyncpg
import pytest

from snippets.pagination.counts import ALL, ALL_ABOUT, EXACT, UP_TO, about
from snippets.pagination.plans import explain
from snippets.pagination.posts import posts

ROWS = "SELECT FROM posts WHERE author = 7"


async def test_an_exact_total_reads_more_with_every_row_and_a_capped_one_does_not(
    crowded: asyncpg.Connection,
) -> None:
    found = [await crowded.fetchval(query) for query in (EXACT, UP_TO, ALL, ALL_ABOUT)]
    assert found == [600, 101, 30_000, 30_000]
    whole = await crowded.fetchval("SELECT pg_relation_size('posts') / 8192")
    assert (await explain(crowded, ALL)).buffers >= 80
    assert (await explain(crowded, ALL)).buffers <= whole
    assert (await explain(crowded, UP_TO)).buffers < (await explain(crowded, EXACT)).buffers


async def test_an_estimate_is_what_the_last_analyze_saw(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "CREATE TABLE posts (author int) WITH (autovacuum_enabled = off);"
        "INSERT INTO posts SELECT n % 50 FROM generate_series(1, 5000) n"
    )
    assert await connection.fetchval(ALL_ABOUT) == -1
    await connection.execute("ANALYZE posts")
    assert await connection.fetchval(ALL_ABOUT) == 5_000
    assert await about(connection, ROWS) == 100
    await connection.execute("DELETE FROM posts WHERE author = 7")
    assert await about(connection, ROWS) == 100
    assert await connection.fetchval(EXACT) == 0
    await connection.execute("ANALYZE posts")
    assert await about(connection, ROWS) == 1
    await connection.close()


async def test_an_estimate_grows_with_the_pages_of_the_table_before_the_next_analyze(
    dsn: str,
) -> None:
    async with posts(dsn, 3_000) as connection:
        assert await about(connection, ROWS) == 60
        await connection.execute(
            "INSERT INTO posts (author, created_at, title)"
            " SELECT author, created_at, title FROM posts"
        )
        assert 110 < await about(connection, ROWS) < 130
        assert await connection.fetchval(ALL_ABOUT) == 3_000  # reltuples itself stays
        await connection.execute("VACUUM posts")
        assert 5_900 < await connection.fetchval(ALL_ABOUT) < 6_100


async def test_an_estimate_does_not_run_the_query(crowded: asyncpg.Connection) -> None:
    fails = "SELECT 1 / (author - author) FROM posts"
    assert await about(crowded, fails) == 30_000
    with pytest.raises(asyncpg.DivisionByZeroError):
        await crowded.fetch(fails)
