"""One statement for the first page and the next, at its sixth execution."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import psycopg
import pytest
from sqlalchemy import BigInteger, DateTime, bindparam, literal_column, or_, select, text, tuple_
from sqlalchemy.sql import ColumnElement

from snippets.pagination import naive_optional, optional
from snippets.pagination.models import Post, engine
from snippets.pagination.optional import executions
from snippets.pagination.posts import posts

AFTER = "'2026-01-01 00:02:30Z', 3001"  # the post after 27,000 others
COUNTS = "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE $1"
AT = datetime(2026, 1, 1, 0, 2, 30, tzinfo=UTC)


@pytest.mark.naive("snippets/pagination/naive_optional.py")
async def test_with_an_or_it_reads_every_post_before_from_the_sixth_time_on(
    crowded: asyncpg.Connection,
) -> None:
    buffers = await executions(crowded, naive_optional.PAGE, AFTER, 8)
    assert buffers == [3] * 5 + [493] * 3


async def test_below_the_highest_key_it_stays(crowded: asyncpg.Connection) -> None:
    assert await executions(crowded, optional.PAGE, AFTER, 8) == [3] * 8
    await crowded.execute("SET plan_cache_mode = force_generic_plan")
    assert await executions(crowded, optional.PAGE, AFTER, 2) == [3] * 2


async def test_the_or_stays_where_the_limit_is_a_parameter_or_plans_are_custom(
    crowded: asyncpg.Connection,
) -> None:
    limited = naive_optional.PAGE.replace("LIMIT 20", "LIMIT $3")
    assert await executions(crowded, limited, f"{AFTER}, 20", 8) == [3] * 8
    await crowded.execute("SET plan_cache_mode = force_custom_plan")
    assert await executions(crowded, naive_optional.PAGE, AFTER, 8) == [3] * 8


@pytest.mark.parametrize("query", [naive_optional.PAGE, optional.PAGE])
async def test_both_begin_at_the_newest_and_go_on_behind_a_post(
    query: str, crowded: asyncpg.Connection
) -> None:
    first = [row["id"] for row in await crowded.fetch(query, None, None)]
    assert first == [*range(30_000, 29_980, -1)]
    then = [row["id"] for row in await crowded.fetch(query, AT, 3_001)]
    assert then == [*range(3_000, 2_980, -1)]


async def test_the_first_page_has_also_what_is_dated_forever(dsn: str) -> None:
    async with posts(dsn, 30) as connection:
        await connection.execute("UPDATE posts SET created_at = 'infinity' WHERE id = 3")
        page = await connection.fetch(optional.PAGE, None, None)
    assert [row["id"] for row in page] == [3, *range(30, 11, -1)]


async def test_asyncpg_gets_the_generic_plan_at_the_sixth_fetch(
    crowded: asyncpg.Connection,
) -> None:
    for _ in range(8):
        await crowded.fetch(naive_optional.PAGE, AT, 3_001)
    assert tuple(await crowded.fetchrow(COUNTS, naive_optional.PAGE)) == (5, 3)


def test_psycopg_gets_it_at_the_eleventh(crowded_dsn: str) -> None:
    query = naive_optional.PAGE.replace("$1", "%(at)s").replace("$2", "%(id)s")
    with psycopg.connect(crowded_dsn, autocommit=True) as connection:
        for _ in range(12):
            connection.execute(query, {"at": AT, "id": 3_001})
        counts = COUNTS.replace("$1", "%s")
        assert connection.execute(counts, ["%IS NULL OR%LIMIT 20%"]).fetchone() == (5, 2)


@pytest.mark.parametrize(("limit", "generic"), [(20, 0), (literal_column("20"), 3)])
async def test_sqlalchemy_sends_the_limit_as_a_parameter_unless_told_otherwise(
    limit: int | ColumnElement[Any], generic: int, crowded_dsn: str
) -> None:
    at = bindparam("at", AT, DateTime(timezone=True))
    last = bindparam("id", 3_001, BigInteger)
    query = (
        select(Post)
        .where(or_(at.is_(None), tuple_(Post.created_at, Post.id) < tuple_(at, last)))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(limit)
    )
    async with engine(crowded_dsn) as pool, pool.connect() as connection:
        for _ in range(8):
            (await connection.execute(query)).all()
        counts = text(COUNTS.replace("$1", "'SELECT posts.id%'"))
        assert tuple((await connection.execute(counts)).one()) == (8 - generic, generic)
