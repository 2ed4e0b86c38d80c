"""`MISCONF Errors writing to the AOF file`: what was answered, and what lets writes in again."""

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

import lab
from lab import binaries
from snippets.caching.errors_misconf_aof import FILES, attempt, begin_again, fill_up, place_order

TEXT = "MISCONF Errors writing to the AOF file: No space left on device"
Client = redis.Redis


@pytest.fixture
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server() as server:
        yield server


@pytest.fixture
def client(server: lab.RedisServer) -> Iterator[Client]:
    """Of a server whose disk is full; one write has met that."""
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        client.set("page", "text")
        fill_up(client, server.directory)
        place_order(client, 1)
        yield client


def test_the_write_that_met_the_full_disk_was_answered_and_the_next_one_is_refused(
    client: Client,
) -> None:
    with pytest.raises(redis.ResponseError) as raised:
        place_order(client, 2)
    assert str(raised.value) == TEXT
    assert type(raised.value) is redis.ResponseError
    assert client.lrange("orders", 0, -1) == ["1"]
    assert client.info("persistence")["aof_last_write_status"] == "err"


def test_it_reads_and_does_not_answer_a_ping(client: Client) -> None:
    assert client.get("page") == "text"
    with pytest.raises(redis.ResponseError, match=f"^{TEXT}$"):
        client.ping()


def test_its_log_has_the_reason(client: Client, server: lab.RedisServer) -> None:
    assert attempt(client, 2) == TEXT
    log = (server.directory / "log").read_text(encoding="utf-8")
    assert "Error writing to the AOF file: No space left on device" in log


def test_the_switch_for_failed_snapshots_is_another_one(client: Client) -> None:
    client.config_set("stop-writes-on-bgsave-error", "no")
    assert attempt(client, 2) == TEXT


def test_a_new_file_has_all_that_is_in_memory(client: Client, server: lab.RedisServer) -> None:
    client.config_set("appendonly", "no")
    assert attempt(client, 2) == "stored"
    shutil.rmtree(server.directory / FILES)
    assert begin_again(client) == "ok"
    client.config_set("appendfsync", "always")
    client.set("the last", "text")
    (base,) = (server.directory / FILES).glob("*.base.rdb")
    (further,) = (server.directory / FILES).glob("*.incr.aof")
    assert {name for name in (b"page", b"orders") if name in base.read_bytes()} == {
        b"page",
        b"orders",
    }
    assert b"the last" in further.read_bytes()


def test_the_new_file_is_waited_for_no_longer_than_it_may_take(client: Client) -> None:
    with pytest.raises(TimeoutError, match="takes longer"):
        begin_again(client, timeout_s=0)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[tuple[psutil.Process, Client]]:
    """A server whose file may not grow beyond what it may write: a disk that can be made larger."""
    socket = tmp_path / "socket"
    program = binaries.find_redis().program
    place = ["--port", "0", "--unixsocket", socket, "--dir", tmp_path]
    settings = ["--save", "", "--appendonly", "yes"]
    command = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", program, *place, *settings]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL) as started:
        try:
            with redis.Redis(unix_socket_path=str(socket), decode_responses=True) as client:
                while not socket.exists():
                    time.sleep(0.02)
                yield psutil.Process(started.pid), client
        finally:
            started.kill()


def test_with_space_it_goes_on_by_itself_and_writes_what_it_has_answered(
    limited: tuple[psutil.Process, Client], tmp_path: Path
) -> None:
    process, client = limited
    process.rlimit(psutil.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    assert attempt(client, 1) == "stored"
    assert attempt(client, 2) == TEXT
    process.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while attempt(client, 3) != "stored":
        time.sleep(0.05)
    files = b"".join(path.read_bytes() for path in (tmp_path / "appendonlydir").glob("*.incr.aof"))
    assert files.index(b"$1\r\n1\r\n") < files.index(b"$1\r\n3\r\n")


def test_with_a_write_to_the_disk_before_each_answer_it_ends_instead(
    limited: tuple[psutil.Process, Client],
) -> None:
    process, client = limited
    client.config_set("appendfsync", "always")
    process.rlimit(psutil.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    with pytest.raises(redis.ConnectionError):
        place_order(client, 1)
    assert process.wait(timeout=10) == 1
