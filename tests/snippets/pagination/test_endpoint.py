"""The endpoint, as its clients see it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.pagination import posts
from snippets.pagination.counterexamples import histories
from snippets.pagination.cursors import Cursors
from snippets.pagination.endpoint import read_posts, router
from snippets.pagination.histories import FIXED, History, drifts
from snippets.pagination.models import engine

START = datetime(2026, 1, 1, tzinfo=UTC)
INSERT = "INSERT INTO posts (author, created_at, title) VALUES ($1, $2, 'title')"


async def client_of(dsn: str, opened: AsyncExitStack) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(router)
    app.state.engine = await opened.enter_async_context(engine(dsn))
    app.state.cursors = Cursors(["key"], "newest 1")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://app")
    return await opened.enter_async_context(client)


@pytest.fixture
async def client(crowded_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as opened:
        yield await client_of(crowded_dsn, opened)


async def get(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/posts", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def walk(client: httpx.AsyncClient, **query: Any) -> list[int]:
    page = await get(client, **query)
    read = [post["id"] for post in page["items"]]
    while page["next"]:
        page = await get(client, cursor=page["next"], **query)
        read += [post["id"] for post in page["items"]]
    return read


@pytest.mark.parametrize("author", [0, 7])
async def test_all_posts_of_an_author_are_read_once_newest_first(
    author: int, client: httpx.AsyncClient
) -> None:
    expected = [n for n in range(30_000, 0, -1) if n % 50 == author]
    assert await walk(client, author=author, limit=100) == expected


async def test_a_page_that_ends_with_the_last_post_is_the_last(client: httpx.AsyncClient) -> None:
    page = await get(client, author=7, limit=100)
    pages = 1
    while page["next"]:
        page = await get(client, author=7, limit=100, cursor=page["next"])
        pages += 1
    assert pages == 6  # of 600 posts: none is empty
    assert len(page["items"]) == 100


@pytest.mark.parametrize("author", [None, 7])
async def test_without_a_filter_all_posts_are_read(
    author: int | None, client: httpx.AsyncClient
) -> None:
    query = {} if author is None else {"author": author}
    first = await get(client, limit=3, **query)
    second = await get(client, limit=3, cursor=first["next"], **query)
    step = 1 if author is None else 50
    newest = 30_000 if author is None else 29_957
    read = [post["id"] for post in (*first["items"], *second["items"])]
    assert read == [newest - n * step for n in range(6)]


async def test_an_author_without_posts_has_one_empty_page(client: httpx.AsyncClient) -> None:
    assert await get(client, author=99) == {"items": [], "next": None}


async def test_whatever_is_no_cursor_of_this_list_is_422(client: httpx.AsyncClient) -> None:
    made = (await get(client))["next"]
    of_seven = (await get(client, author=7))["next"]
    assert (await client.get("/posts", params={"cursor": made})).status_code == 200
    for query in (
        {"cursor": ""},
        {"cursor": "0"},
        {"cursor": "null"},
        {"cursor": made[:-1]},
        {"cursor": made + "="},
        {"cursor": made.swapcase()},
        {"cursor": "\x00"},
        {"cursor": "é" * 100},
        {"cursor": made * 9},
        {"cursor": made, "author": 7},
        {"cursor": of_seven},
        {"cursor": of_seven, "author": 8},
    ):
        answer = await client.get("/posts", params=query)
        assert answer.status_code == 422, query
        assert answer.json()["detail"][0]["loc"] == ["query", "cursor"]
    raw = await client.get("/posts?cursor=%ff%fe&cursor=%00")
    assert raw.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": 101},
        {"limit": 2**64},
        {"author": -1},
        {"author": 2**31},
        {"author": ""},
    ],
)
async def test_a_limit_or_author_out_of_range_is_422(
    query: dict[str, Any], client: httpx.AsyncClient
) -> None:
    assert (await client.get("/posts", params=query)).status_code == 422


@pytest.mark.parametrize(
    ("author", "limit", "error"),
    [(None, -1, IndexError), (None, 0, IndexError), (3_000_000_000, 20, DBAPIError)],
)
async def test_without_their_bounds_they_would_be_500(
    author: int | None, limit: int, error: type[Exception], crowded_dsn: str
) -> None:
    """What the endpoint raises when nothing has looked at its arguments before."""
    cursors = Cursors(["key"], "newest 1")
    async with engine(crowded_dsn) as pool, AsyncSession(pool) as session:
        with pytest.raises(error):
            await read_posts(session, cursors, author, None, limit)


async def test_posts_a_microsecond_apart_are_told_apart(dsn: str) -> None:
    async with AsyncExitStack() as opened:
        connection = await opened.enter_async_context(posts.posts(dsn, 0))
        times = [(1, START + timedelta(microseconds=n)) for n in range(30)]
        await connection.executemany(INSERT, times)
        client = await client_of(dsn, opened)
        assert await walk(client, limit=1) == [*range(30, 0, -1)]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


async def read_while_it_changes(
    connection: asyncpg.Connection, client: httpx.AsyncClient, history: History
) -> list[int]:
    await connection.execute("TRUNCATE posts RESTART IDENTITY")
    await connection.executemany(
        INSERT, [(1, START + timedelta(seconds=time)) for time in history.times]
    )
    changes = iter(history.changes)
    read: list[int] = []
    query: dict[str, Any] = {"limit": history.size}
    while True:
        page = await get(client, **query)
        read += [post["id"] for post in page["items"]]
        if page["next"] is None:
            return read
        query["cursor"] = page["next"]
        match next(changes, None):
            case "insert", _, time:
                await connection.execute(INSERT, 1, START + timedelta(seconds=time))
            case "delete", row, _:
                await connection.execute("DELETE FROM posts WHERE id = $1", row)
            case "like", row, _:
                await connection.execute("UPDATE posts SET title = 'new' WHERE id = $1", row)


def test_its_pages_do_not_drift(dsn: str, runner: asyncio.Runner) -> None:
    opened = AsyncExitStack()
    connection = runner.run(opened.enter_async_context(posts.posts(dsn, 0)))
    client = runner.run(client_of(dsn, opened))

    @settings(
        max_examples=25,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(FIXED))
    def hold(history: History) -> None:
        read = runner.run(read_while_it_changes(connection, client, history))
        assert not drifts(read, history), read

    try:
        hold()
    finally:
        runner.run(opened.aclose())
