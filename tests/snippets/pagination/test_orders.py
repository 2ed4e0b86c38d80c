"""Each condition begins where its order says, and reads no more than it must."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

import lab
from snippets.pagination import orders, posts
from snippets.pagination.orders import ORDERS
from snippets.pagination.plans import explain


@pytest.fixture(scope="module")
def ranked_dsn(services: None) -> Iterator[str]:
    async def fill() -> None:
        async with posts.posts(dsn) as connection:
            await connection.execute(orders.RANKED)
            await connection.execute("VACUUM (FREEZE, ANALYZE) ranked")

    with lab.postgres() as dsn:
        asyncio.run(fill())
        yield dsn


@pytest.fixture
async def ranked(ranked_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await posts.connect(ranked_dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "NULLS LAST"])
async def test_a_page_has_what_follows_its_cursor(name: str, ranked: asyncpg.Connection) -> None:
    order = ORDERS[name]
    found = await ranked.fetch(f"SELECT id, {order.where} AS after FROM ranked ORDER BY {order.by}")
    after = [row["after"] for row in found]
    assert after == sorted(after)  # all that are before, then all that are after
    rest = [row["id"] for row in found if row["after"]]
    page = await ranked.fetch(
        f"SELECT id FROM ranked WHERE {order.where} ORDER BY {order.by} LIMIT 20"
    )
    assert [row["id"] for row in page] == rest[:20]


async def test_nulls_that_come_last_are_never_after_a_row(ranked: asyncpg.Connection) -> None:
    order = ORDERS["NULLS LAST"]
    found = await ranked.fetch(
        f"SELECT score, {order.where} AS after FROM ranked ORDER BY {order.by}"
    )
    assert [row["after"] for row in found[-3_000:]] == [None] * 3_000


@pytest.mark.parametrize(
    ("name", "buffers"),
    [
        ("newest, row", 3),
        ("mixed, bounded OR", 4),
        ("coalesce", 6),
        ("numeric", 15),
    ],
)
async def test_with_its_index_it_reads_little(
    name: str, buffers: int, ranked: asyncpg.Connection
) -> None:
    order = ORDERS[name]
    plan = await explain(
        ranked, f"SELECT * FROM ranked WHERE {order.where} ORDER BY {order.by} LIMIT 20"
    )
    assert plan.buffers == buffers
    assert plan.removed <= 1


@pytest.mark.parametrize("name", ["newest, OR", "mixed, OR", "NULLS LAST", "numeric, float sent"])
async def test_without_it_reads_what_comes_before(name: str, ranked: asyncpg.Connection) -> None:
    order = ORDERS[name]
    plan = await explain(
        ranked, f"SELECT * FROM ranked WHERE {order.where} ORDER BY {order.by} LIMIT 20"
    )
    assert plan.removed > 10_000
    assert plan.buffers >= 300


async def test_many_ties_make_the_bounded_or_slow_and_not_the_row_comparison(dsn: str) -> None:
    async with posts.posts(dsn, 2_000) as connection:
        await connection.execute("UPDATE posts SET created_at = '2026-01-01Z'")
        await connection.execute("VACUUM (FREEZE, ANALYZE) posts")
        at = "'2026-01-01Z'"
        newest = "ORDER BY created_at DESC, id DESC LIMIT 20"
        row = f"(created_at, id) < ({at}, 100)"
        bounded = f"created_at <= {at} AND (created_at < {at} OR id < 100)"
        assert (await explain(connection, f"SELECT * FROM posts WHERE {row} {newest}")).removed == 0
        plan = await explain(connection, f"SELECT * FROM posts WHERE {bounded} {newest}")
        assert plan.removed == 1_901


async def test_a_rare_author_without_an_index_of_the_filter_is_a_scan(dsn: str) -> None:
    page = (
        "SELECT * FROM posts WHERE author = 99 AND (created_at, id) < ('2026-01-01 00:01Z', 1000)"
        " ORDER BY created_at DESC, id DESC LIMIT 20"
    )
    async with posts.posts(dsn, 2_000) as connection:
        await connection.execute("UPDATE posts SET author = 99 WHERE id <= 5")
        await connection.execute("VACUUM (FREEZE, ANALYZE) posts")
        assert (await explain(connection, page)).removed == 0
        await connection.execute("DROP INDEX by_author")
        assert (await explain(connection, page)).removed >= 990
