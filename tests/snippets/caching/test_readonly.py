"""`READONLY`: a replica that is written to, and a primary that became one."""

from collections.abc import Callable, Iterator

import pytest
import redis as sync
from redis.asyncio import Redis
from redis.exceptions import ReadOnlyError, ResponseError

import lab
from snippets.caching.errors_readonly import leaving, staying, write_after

TEXT = "You can't write against a read only replica."
Pair = tuple[lab.RedisServer, lab.RedisServer]


@pytest.fixture
def pair() -> Iterator[Pair]:
    with lab.redis_server() as primary:
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
        assert primary.wait(1, 20_000) == 1
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
