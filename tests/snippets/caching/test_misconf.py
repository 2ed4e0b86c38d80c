"""`MISCONF`: what a Redis that cannot save still does, and what makes it write again."""

from collections.abc import Callable, Iterator

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


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server({"save": "900 1"}) as server:
        (server.directory / "dump.rdb").mkdir()
        with redis.Redis.from_url(server.url) as client:
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
    ],
    ids=["delete", "expire", "blpop", "ping"],
)
def test_it_refuses_these_too(command: Callable[[Client], object], client: Client) -> None:
    with pytest.raises(redis.ResponseError, match=r"^MISCONF "):
        command(client)


def test_it_reads_and_publishes(client: Client) -> None:
    assert client.get("page") == "text"
    assert client.publish("news", "text") == 0


def test_its_log_has_the_reason(server: lab.RedisServer) -> None:
    assert "Background saving error" in (server.directory / "log").read_text(encoding="utf-8")


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
    with (
        lab.redis_server({"save": "900 1"}) as server,
        redis.Redis.from_url(server.url) as client,
    ):
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
