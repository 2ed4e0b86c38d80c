"""`READONLY`: a replica that is written to, and a primary that became one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis as sync
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, ResponseError

import lab
from snippets.caching.errors_readonly import fail_over, leaving, staying, write_after
from snippets.caching.moving import Name

TEXT = "You can't write against a read only replica."
Pair = tuple[lab.RedisServer, lab.RedisServer]


@pytest.fixture
def pair() -> Iterator[Pair]:
    with lab.redis_server({"repl-diskless-sync-delay": "0"}) as primary:
        follows = {"replicaof": f"127.0.0.1 {primary.port}"}
        with lab.redis_server(follows) as replica:
            yield primary, replica


@pytest.fixture
def replica(pair: Pair) -> Iterator["sync.Redis"]:
    with sync.Redis.from_url(pair[1].url, decode_responses=True) as client:
        yield client


async def test_after_a_failover_the_connection_is_at_the_old_primary(pair: Pair) -> None:
    with pytest.raises(ReadOnlyError) as raised:
        await write_after((pair[0].port, pair[1].port), staying)
    assert str(raised.value) == TEXT


async def test_a_client_that_leaves_it_writes_to_the_new_one(pair: Pair) -> None:
    assert await write_after((pair[0].port, pair[1].port), leaving) == 2


async def test_the_same_connection_raises_again_and_again(pair: Pair) -> None:
    async with staying(pair[1].url) as client:
        for _ in range(3):
            with pytest.raises(ReadOnlyError):
                await client.incr("visits")


async def test_at_the_address_of_a_replica_no_retry_helps(pair: Pair) -> None:
    async with leaving(pair[1].url) as client:
        client.get_retry()._retries = 1  # type: ignore[union-attr]
        with pytest.raises(ReadOnlyError):
            await client.incr("visits")


@asynccontextmanager
async def losing_answers(port: int, to: bytes) -> AsyncIterator[int]:
    """A relay that hangs up in place of the answer to a command, which the server has done."""

    async def serve(client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        server, requests = await asyncio.open_connection("127.0.0.1", port)
        while sent := await client.read(65536):
            requests.write(sent)
            answer = await server.read(65536)
            if to in sent:
                break
            answers.write(answer)
        requests.close()
        answers.close()

    listener = await asyncio.start_server(serve, "127.0.0.1")
    async with listener:
        yield listener.sockets[0].getsockname()[1]


async def test_a_write_whose_answer_was_lost_is_not_sent_again(pair: Pair) -> None:
    """It is done: whoever repeats it counts twice. Only what was refused is repeated."""
    async with (
        losing_answers(pair[0].port, b"visits") as port,
        leaving(f"redis://127.0.0.1:{port}/0") as client,
    ):
        with pytest.raises(sync.ConnectionError):
            await client.incr("visits")
    async with Redis.from_url(pair[0].url) as client:
        assert await client.get("visits") == b"1"


async def test_the_usual_retry_sends_it_as_often_as_it_may(pair: Pair) -> None:
    """`retry_on_error` adds to what a Retry tries again already: lost connections."""
    async with losing_answers(pair[0].port, b"visits") as port:
        usual = Redis.from_url(
            f"redis://127.0.0.1:{port}/0",
            retry=Retry(NoBackoff(), retries=5),
            retry_on_error=[ReadOnlyError],
        )
        async with usual as client:
            with pytest.raises(sync.ConnectionError):
                await client.incr("visits")
    async with Redis.from_url(pair[0].url) as client:
        assert await client.get("visits") == b"6"


class Sentinels:
    """Who knows which is the primary, as `redis.asyncio.sentinel.Sentinel` does."""

    def __init__(self, primary: lab.RedisServer) -> None:
        self.primary = primary

    async def discover_master(self, name: str) -> tuple[str, int]:
        """Its address."""
        return "127.0.0.1", self.primary.port


async def test_a_client_of_sentinel_asks_it_again_for_the_next_command(pair: Pair) -> None:
    old, new = pair
    sentinels = Sentinels(old)
    managed: Any = SentinelConnectionPool  # redis-py says no types of it
    pool = managed("shop", sentinels)
    name = Name(old.port)
    async with Redis.from_pool(pool) as client:
        await client.set("visits", 1)
        while not await client.wait(1, 1000):
            pass
        await fail_over((old.port, new.port), name)
        sentinels.primary = new
        with pytest.raises(sync.ConnectionError, match=r"^The previous master is now a slave$"):
            await client.incr("visits")
        assert await client.incr("visits") == 2


@pytest.mark.parametrize(
    "command",
    [
        lambda client: client.set("page", "text"),
        lambda client: client.blpop("orders", 0.01),
        lambda client: client.xreadgroup("billing", "7", {"orders": ">"}),
        lambda client: client.sort("visits", store="sorted"),
        lambda client: client.eval("return redis.call('SET', KEYS[1], 1)", 1, "page"),
    ],
    ids=["set", "blpop", "xreadgroup", "sort", "a script"],
)
def test_a_replica_refuses_what_may_write(
    command: Callable[["sync.Redis"], object], replica: "sync.Redis"
) -> None:
    with pytest.raises(ReadOnlyError, match=rf"^{TEXT}"):
        command(replica)


def test_it_reads_and_says_whose_replica_it_is(pair: Pair, replica: "sync.Redis") -> None:
    assert replica.get("page") is None
    role = replica.role()
    assert role[:3] == ["slave", "127.0.0.1", pair[0].port]


def test_it_is_no_connection_error() -> None:
    assert issubclass(ReadOnlyError, ResponseError)
    assert not issubclass(ReadOnlyError, sync.ConnectionError)


def test_to_make_it_writable_is_to_lose_what_is_written(pair: Pair, replica: "sync.Redis") -> None:
    with sync.Redis.from_url(pair[0].url, decode_responses=True) as primary:
        replica.config_set("replica-read-only", "no")
        replica.set("page", "of the replica")
        assert primary.get("page") is None
        primary.set("page", "of the primary")
        while not primary.wait(1, 1000):
            pass
        assert replica.get("page") == "of the primary"


def test_a_stranger_can_make_a_replica_of_any_server_that_is_open(pair: Pair) -> None:
    """As in safe-transaction-service's issue 1252."""
    with lab.redis_server() as own, sync.Redis.from_url(own.url, decode_responses=True) as client:
        client.replicaof("127.0.0.1", pair[0].port)
        with pytest.raises(ReadOnlyError):
            client.set("page", "text")
        log = (own.directory / "log").read_text(encoding="utf-8")
        assert "REPLICAOF 127.0.0.1:" in log
        assert "enabled (user request from 'id=" in log
        client.replicaof("NO", "ONE")
        assert client.set("page", "text")


async def test_a_pool_that_is_disconnected_opens_new_connections(pair: Pair) -> None:
    client = Redis.from_url(pair[0].url)
    await client.set("page", "text")
    await client.connection_pool.disconnect()
    assert await client.get("page") == b"text"
    await client.aclose()
