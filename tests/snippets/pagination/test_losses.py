"""How many of a thousand rows the pages of a cursor have, all together."""

import asyncpg
import pytest

from snippets.pagination import losses
from snippets.pagination.losses import CURSORS, FILL, read


@pytest.fixture
async def ranked(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(FILL)
    return connection


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("no tie-breaker", 46),
        ("milliseconds", 138),
        ("nulls first", 980),
        ("nulls last", 100),
        ("coalesce", 0),
        ("microseconds", 0),
    ],
)
async def test_a_cursor_loses_what_it_cannot_compare(
    name: str, lost: int, ranked: asyncpg.Connection
) -> None:
    assert await read(ranked, CURSORS[name]) == 1000 - lost


async def test_where_nulls_come_first_the_list_ends_with_a_page_that_ends_in_one(
    ranked: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred rows have none: pages of twenty end in one at once, those of 101 never."""
    for size, found in ((20, 20), (100, 100), (101, 1000)):
        monkeypatch.setattr(losses, "END", f"LIMIT {size}")
        assert await read(ranked, CURSORS["nulls first"]) == found


async def test_a_row_with_a_null_is_neither_before_nor_after_another(
    connection: asyncpg.Connection,
) -> None:
    assert await connection.fetchval("SELECT (NULL::int, 5) < (1, 2)") is None
    assert await connection.fetchval("SELECT (1, NULL::int) < (1, 2)") is None
    assert await connection.fetchval("SELECT (1, NULL::int) < (2, 2)") is True


async def test_a_page_that_may_begin_where_the_last_one_ended_never_ends(
    ranked: asyncpg.Connection,
) -> None:
    """`<=` instead of a tie-breaker: more rows at one time than in a page come again and again."""
    await ranked.execute("UPDATE posts SET at = '2026-01-01Z'")
    page = "SELECT id, at FROM posts WHERE at <= $1 ORDER BY at DESC, id DESC LIMIT 20"
    first = await ranked.fetch(page.replace("WHERE at <= $1", ""))
    assert await ranked.fetch(page, first[-1]["at"]) == first
