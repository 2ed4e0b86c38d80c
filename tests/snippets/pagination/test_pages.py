"""The next page by OFFSET, by a row comparison, and the page before."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from snippets.pagination import backward, keyset, naive_offset
from snippets.pagination.keyset import Page
from snippets.pagination.models import Post, engine
from snippets.pagination.plans import explain, sql
from snippets.pagination.posts import posts

PAGES = [naive_offset.page, keyset.page]


@pytest.fixture
async def feed(dsn: str) -> AsyncIterator[tuple[AsyncSession, asyncpg.Connection]]:
    """A session and a connection to a database that holds a hundred posts."""
    async with posts(dsn, 100) as connection, engine(dsn) as pool, AsyncSession(pool) as session:
        yield session, connection


@pytest.fixture
async def pool(crowded_dsn: str) -> AsyncIterator[AsyncEngine]:
    async with engine(crowded_dsn) as pool:
        yield pool


async def insert(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "INSERT INTO posts (author, created_at, title) VALUES (1, now(), 'new')"
    )


async def read(session: AsyncSession, page: Page, size: int) -> list[Post]:
    seen: list[Post] = []
    while found := (await session.scalars(page(seen, size))).all():
        seen += found
    return seen


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", [1, 7, 20, 100])
async def test_both_read_a_table_that_stays_once_and_newest_first(
    page: Page, size: int, feed: tuple[AsyncSession, asyncpg.Connection]
) -> None:
    assert [post.id for post in await read(feed[0], page, size)] == [*range(100, 0, -1)]


@pytest.mark.naive("snippets/pagination/naive_offset.py")
async def test_an_offset_repeats_a_post_after_an_insert(
    feed: tuple[AsyncSession, asyncpg.Connection],
) -> None:
    session, connection = feed
    first = (await session.scalars(naive_offset.page([], 3))).all()
    await insert(connection)
    second = (await session.scalars(naive_offset.page(first, 3))).all()
    assert [post.id for post in (*first, *second)] == [100, 99, 98, 98, 97, 96]


async def test_in_one_snapshot_it_does_not(
    feed: tuple[AsyncSession, asyncpg.Connection],
) -> None:
    session, connection = feed
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    first = (await session.scalars(naive_offset.page([], 3))).all()
    await insert(connection)
    second = (await session.scalars(naive_offset.page(first, 3))).all()
    assert [post.id for post in (*first, *second)] == [100, 99, 98, 97, 96, 95]


async def test_a_row_comparison_does_not(feed: tuple[AsyncSession, asyncpg.Connection]) -> None:
    session, connection = feed
    first = (await session.scalars(keyset.page([], 3))).all()
    await insert(connection)
    second = (await session.scalars(keyset.page(first, 3))).all()
    assert [post.id for post in (*first, *second)] == [100, 99, 98, 97, 96, 95]


@pytest.mark.parametrize(
    ("page", "buffers"), [(naive_offset.page, [4, 58, 493]), (keyset.page, [4, 3, 3])]
)
async def test_an_offset_reads_what_it_skips_and_a_row_comparison_does_not(
    page: Page, buffers: list[int], pool: AsyncEngine, crowded: asyncpg.Connection
) -> None:
    observed = []
    for depth in (30, 3_000, 27_000):
        async with AsyncSession(pool) as session:
            last = await session.get_one(Post, 30_001 - depth)
        plan = await explain(crowded, sql(page([last] * depth, 20), pool))
        observed.append(plan.buffers)
    assert observed == buffers


async def test_an_offset_over_the_keys_alone_reads_a_third_and_grows_all_the_same(
    crowded: asyncpg.Connection,
) -> None:
    order = "ORDER BY created_at DESC, id DESC"
    read = []
    for depth in (2_700, 27_000):
        keys = f"SELECT id FROM posts {order} LIMIT 20 OFFSET {depth}"
        read.append(await explain(crowded, f"SELECT * FROM posts JOIN ({keys}) USING (id) {order}"))
    assert all("Index Only Scan" in plan.nodes for plan in read)
    assert 0.3 < read[1].buffers / 493 < 0.4
    assert read[1].buffers > 2 * read[0].buffers


async def test_the_pages_before_are_the_pages_that_were_read(
    feed: tuple[AsyncSession, asyncpg.Connection],
) -> None:
    session, _ = feed
    seen = await read(session, keyset.page, 10)
    for start in range(90, 0, -10):
        found = (await session.scalars(backward.before(seen[start], 10))).all()
        assert [post.id for post in found] == [post.id for post in seen[start - 10 : start]]
    assert not (await session.scalars(backward.before(seen[0], 10))).all()


async def test_the_page_before_reads_as_little(
    pool: AsyncEngine, crowded: asyncpg.Connection
) -> None:
    async with AsyncSession(pool) as session:
        post = await session.get_one(Post, 15_000)
    plan = await explain(crowded, sql(backward.before(post, 20), pool))
    assert plan.buffers <= 5
    assert plan.removed == 0
