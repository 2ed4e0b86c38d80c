"""`MISCONF`: what a Redis that cannot save still does, and what makes it write again."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis

import lab
from snippets.caching.errors_misconf import attempt, place_order, save

TEXT = (
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to"
    " disk. Commands that may modify the data set are disabled, because this instance is configured"
    " to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error"
    " option). Please check the Redis logs for details about the RDB error."
)
Client = redis.Redis


@contextmanager
def started(save: str = "900 1") -> Iterator[tuple[lab.RedisServer, Client]]:
    """A server that saves at these points, and a client of it."""
    with (
        lab.redis_server({"save": save}) as server,
        redis.Redis.from_url(server.url, decode_responses=True) as client,
    ):
        yield server, client


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with started() as (server, client):
        (server.directory / "dump.rdb").mkdir()
        client.set("page", "text")
        assert save(client) == "err"
        yield server


@pytest.fixture
def client(server: lab.RedisServer) -> Iterator[Client]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        yield client
        client.config_set("stop-writes-on-bgsave-error", "yes")
        client.config_set("save", "900 1")


def test_after_a_snapshot_that_failed_a_write_raises(client: Client) -> None:
    with pytest.raises(redis.ResponseError) as raised:
        place_order(client, 7)
    assert str(raised.value) == TEXT
    assert type(raised.value) is redis.ResponseError
    assert client.info("persistence")["rdb_last_bgsave_status"] == "err"


@pytest.mark.parametrize(
    "command",
    [
        lambda client: client.delete("page"),
        lambda client: client.expire("page", 1),
        lambda client: client.blpop("orders", 0.01),
        lambda client: client.ping(),
        lambda client: client.flushall(),
        lambda client: client.eval("return redis.call('SET', KEYS[1], 1)", 1, "page"),
        lambda client: client.pipeline().set("page", "new").execute(),
    ],
    ids=["delete", "expire", "blpop", "ping", "flushall", "a script", "MULTI"],
)
def test_it_refuses_these_too(command: Callable[[Client], object], client: Client) -> None:
    with pytest.raises(redis.ResponseError, match=r"^(Command # 1 .* caused error: )?MISCONF "):
        command(client)


def test_it_reads_and_publishes(client: Client) -> None:
    assert client.get("page") == "text"
    assert client.publish("news", "text") == 0


def test_its_log_has_the_reason_one_or_two_lines_above(server: lab.RedisServer) -> None:
    """The process that saves may be faster than the other says that it has begun."""
    lines = (server.directory / "log").read_text(encoding="utf-8").splitlines()
    (failed, *_) = [at for at, line in enumerate(lines) if "Background saving error" in line]
    assert any(line.endswith(": Is a directory") for line in lines[failed - 2 : failed])


def test_a_directory_that_is_gone_is_another_reason() -> None:
    with (
        started() as (server, client),
        (server.directory / "log").open(encoding="utf-8") as log,
    ):
        shutil.rmtree(server.directory)
        assert save(client) == "err"
        assert ": No such file or directory\n" in log.read()


@pytest.mark.parametrize("name", ["dir", "dbfilename"])
def test_nobody_sets_the_place_from_outside(name: str, client: Client) -> None:
    with pytest.raises(redis.ResponseError, match="can't set protected config"):
        client.config_set(name, "root")


def test_what_failed_by_itself_is_tried_again_by_itself() -> None:
    with started("1 1") as (server, client):
        in_the_way = server.directory / "dump.rdb"
        in_the_way.mkdir()
        client.set("page", "text")
        while client.info("persistence")["rdb_last_bgsave_status"] == "ok":
            time.sleep(0.05)
        assert attempt(client, 7).startswith("MISCONF ")
        in_the_way.rmdir()
        while attempt(client, 7) != "stored":
            time.sleep(0.05)


def test_while_it_cannot_save_it_does_not_end_and_killed_it_forgets() -> None:
    with started() as (server, client):
        snapshot, aside = server.directory / "dump.rdb", server.directory / "aside.rdb"
        client.set("page", "old")
        client.save()
        client.set("page", "new")
        snapshot.rename(aside)
        snapshot.mkdir()
        with pytest.raises(
            redis.ResponseError, match=r"^Errors trying to SHUTDOWN\. Check logs\.$"
        ):
            client.shutdown()
        assert client.get("page") == "new"
        snapshot.rmdir()
        aside.rename(snapshot)
        server.kill()
        server.start()
        assert client.get("page") == "old"


def test_without_snapshots_a_restart_reads_the_old_one() -> None:
    with started() as (server, client):
        client.set("page", "old")
        client.save()
        client.config_set("save", "")
        client.set("page", "new")
        server.stop()
        server.start()
        assert client.get("page") == "old"
        client.config_set("save", "")
        (server.directory / "dump.rdb").unlink()
        server.stop()
        server.start()
        assert client.get("page") is None


def test_a_retry_meets_the_same(client: Client) -> None:
    assert [attempt(client, 7)[:8] for _ in range(3)] == ["MISCONF "] * 3


def test_the_option_lets_it_write_and_saves_nothing(client: Client) -> None:
    client.config_set("stop-writes-on-bgsave-error", "no")
    assert attempt(client, 7) == "stored"
    assert save(client) == "err"


def test_without_snapshots_it_writes_until_they_are_back(client: Client) -> None:
    client.config_set("save", "")
    assert attempt(client, 7) == "stored"
    client.config_set("save", "900 1")
    assert attempt(client, 7).startswith("MISCONF ")


def test_a_place_that_is_not_ours_is_named_by_the_configuration(
    server: lab.RedisServer, client: Client
) -> None:
    assert client.config_get("dir") == {"dir": str(server.directory)}


def test_once_it_has_saved_again_it_writes() -> None:
    with started() as (server, client):
        in_the_way = server.directory / "dump.rdb"
        in_the_way.mkdir()
        client.set("page", "text")
        assert save(client) == "err"
        in_the_way.rmdir()
        assert attempt(client, 7).startswith("MISCONF ")
        assert save(client) == "ok"
        assert attempt(client, 8) == "stored"


def test_a_save_that_takes_too_long_is_said() -> None:
    class Saving:
        def bgsave(self) -> None: ...

        def info(self, section: str) -> dict[str, int]:
            return {"rdb_bgsave_in_progress": 1}

    with pytest.raises(TimeoutError):
        save(Saving(), timeout_s=0.1)  # type: ignore[arg-type]
