"""Calls and times of Redis commands, from the server's own counters."""

from collections.abc import Iterator

import pytest
import redis

import lab
from lab.inside import UnavailableError
from lab.inside.commands import Command, _buckets, commands


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server({"maxmemory-policy": "noeviction"}) as running:
        yield running


@pytest.fixture
def client(server: lab.RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url) as connected:
        connected.flushall()
        yield connected


def test_calls_hits_and_misses_are_counted(server: lab.RedisServer, client: redis.Redis) -> None:
    client.set("there", 1)
    with commands(server.url) as found:
        for _ in range(3):
            client.get("there")
        client.get("not there")
        client.set("there", 2)
    assert (found["get"].calls, found["set"].calls) == (4, 1)
    assert (found.hits, found.misses) == (3, 1)
    assert set(found.by_name) == {"get", "set"}


def test_failures_and_refusals_are_told_apart(server: lab.RedisServer, client: redis.Redis) -> None:
    client.set("text", "x")
    with commands(server.url) as found:
        with pytest.raises(redis.ResponseError):
            client.incr("text")
        client.config_set("maxmemory", 1)
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("other", 1)
        client.config_set("maxmemory", 0)
    assert found["incrby"].failed == 1
    assert found["set"].rejected == 1


def test_keys_that_leave_and_bytes_are_counted(
    server: lab.RedisServer, client: redis.Redis
) -> None:
    with commands(server.url) as found:
        client.set("short", "x" * 1000, px=1)
        while client.get("short"):
            pass
    assert found.expired == 1
    assert found.evicted == 0
    assert found.received_bytes > 1000
    assert found.sent_bytes > 0
    assert found.processor_s >= 0


def test_every_call_is_in_one_bucket(server: lab.RedisServer, client: redis.Redis) -> None:
    client.get("before")
    with commands(server.url) as found:
        for _ in range(20):
            client.get("x")
    assert sum(found["get"].histogram.values()) == found["get"].calls == 20
    assert found["get"].quantile_below_s(0.5) <= found["get"].quantile_below_s(1.0)
    assert found["get"].mean_s == found["get"].total_s / 20


def test_the_bound_of_a_quantile_is_that_of_its_bucket() -> None:
    command = Command(10, 1e-4, 0, 0, _buckets({"histogram_usec": [1, 4, 2, 9, 8, 10]}))
    assert command.histogram == {1: 4, 2: 5, 8: 1}
    bounds = [command.quantile_below_s(share) for share in (0.4, 0.5, 0.9, 0.91, 1.0)]
    assert bounds == [1e-6, 2e-6, 2e-6, 8e-6, 8e-6]


def test_a_server_without_histograms_says_so_when_one_is_wanted() -> None:
    with pytest.raises(UnavailableError, match="keeps no histogram"):
        Command(1, 1e-6, 0, 0).quantile_below_s(0.5)


def test_a_command_that_was_not_called_is_answered_with_those_that_were(
    server: lab.RedisServer, client: redis.Redis
) -> None:
    with commands(server.url) as found:
        client.get("x")
    with pytest.raises(LookupError, match="no 'set' was called; there were: get"):
        found["set"]


def test_a_server_that_refuses_to_tell_says_so(
    server: lab.RedisServer, client: redis.Redis
) -> None:
    client.acl_setuser("plain", enabled=True, nopass=True, commands=["+@all", "-info"])
    url = server.url.replace("//", "//plain:x@")
    with pytest.raises(UnavailableError, match="does not tell"), commands(url):
        pass
