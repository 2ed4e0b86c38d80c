"""Keys of ours are deleted, and everybody else's stay."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
import redis

import lab

ONCE = """
import lab
import psutil
with lab.redis() as one, lab.redis() as other:
    print(one.url, other.url, one.prefix != other.prefix)
print(*[process.pid for process in psutil.Process().children(recursive=True)])
"""


@pytest.fixture(scope="module")
def own_server() -> Iterator[lab.RedisServer]:
    """A server that the tests of this module use as if it were the user's."""
    with lab.redis_server() as server:
        yield server


@pytest.fixture
def theirs(own_server: lab.RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """The user's server, to which REDIS_URL points."""
    monkeypatch.setenv("REDIS_URL", own_server.url)
    with redis.Redis.from_url(own_server.url, decode_responses=True) as client:
        yield client


def test_keys_under_the_prefix_are_gone_afterwards(theirs: redis.Redis) -> None:
    with lab.redis() as lease, redis.Redis.from_url(lease.url) as client:
        assert lease.prefix.startswith("under-load:")
        client.mset({f"{lease.prefix}{number}": number for number in range(2500)})
    assert theirs.keys(f"{lease.prefix}*") == []


def test_a_server_that_is_given_keeps_everything_that_it_had(theirs: redis.Redis) -> None:
    foreign = {"precious": "42", "under-load": "1", "under-load:somebody:else": "2"}
    theirs.mset(foreign)
    with lab.redis() as lease:
        theirs.set(f"{lease.prefix}ours", 1)
    assert {key: theirs.get(key) for key in theirs.keys()} == foreign  # noqa: SIM118


def test_two_leases_have_different_prefixes(theirs: redis.Redis) -> None:
    with lab.redis() as one:
        with lab.redis() as other:
            theirs.set(f"{one.prefix}kept", 1)
            assert one.prefix != other.prefix
        assert theirs.get(f"{one.prefix}kept") == "1"


def test_keys_are_deleted_after_an_exception(theirs: redis.Redis) -> None:
    def fail() -> None:
        with lab.redis() as lease:
            theirs.set(f"{lease.prefix}ours", 1)
            raise ZeroDivisionError

    before = theirs.dbsize()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert theirs.dbsize() == before


def test_without_a_url_one_process_starts_one_server_and_stops_it_at_its_end() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    done = subprocess.run(
        [sys.executable, "-c", ONCE], env=environment, capture_output=True, text=True, check=True
    )
    one, other, distinct, *pids = done.stdout.split()
    assert (one, distinct) == (other, "True")
    assert pids
    assert not any(psutil.pid_exists(int(pid)) for pid in pids)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://:secret@127.0.0.1:1/0", "refused"),
        ("http://me:secret@127.0.0.1/", "not a Redis URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_line_without_its_password(
    url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(lab.NoServer, match=r"^REDIS_URL") as caught, lab.redis():
        pass
    message = str(caught.value)
    assert reason in message
    assert "\n" not in message
    assert "secret" not in message
