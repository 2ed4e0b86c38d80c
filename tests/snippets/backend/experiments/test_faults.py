"""Each fault is seen by whoever asks meanwhile, and is over afterward."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import redis

import lab
from lab.load import Request
from snippets.backend.experiments import _faults
from snippets.backend.experiments._client import NoAnswerError
from snippets.backend.experiments._clock import Clock
from snippets.backend.experiments._ours import OURS, account
from snippets.backend.experiments._systems import Running

LOOK = """
import datetime, json, os, time
from datetime import UTC
real_s, passed_s = time.time(), time.monotonic()
with open(os.environ["CLOCK"], "w") as file:
    file.write("3600")
now = datetime.datetime.now(UTC)
print(json.dumps({
    "time": time.time() - real_s,
    "now": now.timestamp() - real_s,
    "utcnow": datetime.datetime.utcnow().replace(tzinfo=UTC).timestamp() - real_s,
    "monotonic": time.monotonic() - passed_s,
    "kind": isinstance(now, datetime.datetime) and issubclass(type(now), datetime.datetime),
}))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server() as started:
        yield started


@pytest.mark.parametrize("fault", ["full", "disk"])
async def test_a_full_redis_refuses_each_write_and_reads_on(
    fault: str, server: lab.RedisServer
) -> None:
    if fault == "disk" and not _faults.FULL.exists():
        pytest.skip("only Linux has a disk that is always full")
    backend: Any = SimpleNamespace(redis=server, refused=[])
    with redis.Redis.from_url(server.url) as client:
        client.set("before", 1)
        going = asyncio.ensure_future(_faults.FAULTS[fault](backend, 0.6))
        # The disk's own write is the one that is refused to nobody: ours come after it.
        if fault == "disk":
            while not (client.exists("the first") or going.done()):  # noqa: ASYNC110 — no event
                await asyncio.sleep(0)
        refused, seen = 0, {}
        while not going.done():
            await asyncio.sleep(0.01)
            try:
                client.set("meanwhile", 1)
            except redis.ResponseError:
                refused += 1
                seen[fault] = client.get("before")
        await going
        assert refused
        assert seen == {fault: None}  # nothing is left from before
        assert backend.refused == [refused]
        assert client.set("after", 1)


async def refused(dsn: str) -> bool:
    try:
        await (await asyncpg.connect(dsn)).close()
    except asyncpg.TooManyConnectionsError:
        return True
    return False


async def test_who_is_idle_when_others_take_all_connections_gets_no_other() -> None:
    with lab.postgres_server({"max_connections": "8"}) as server:
        backend: Any = SimpleNamespace(postgres=server)
        idle = await asyncpg.connect(server.dsn)
        ended = asyncio.Event()
        idle.add_termination_listener(lambda _: ended.set())
        going = asyncio.ensure_future(_faults.connections(backend, 60))
        await ended.wait()
        while not await refused(server.dsn):
            pass
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        while await refused(server.dsn):  # its own end a moment later
            pass


async def test_they_leave_when_the_window_is_half_over() -> None:
    with lab.postgres_server({"max_connections": "5"}) as server:
        await _faults.connections(SimpleNamespace(postgres=server), 0.0)  # type: ignore[arg-type]
        while await refused(server.dsn):
            pass


def test_a_clock_goes_ahead_in_a_process_that_runs_and_time_passes_as_before(
    tmp_path: Path,
) -> None:
    given = Clock(tmp_path).variables(Path("/modules"))
    found = json.loads(subprocess.check_output([sys.executable, "-c", LOOK], env=given))
    assert found.pop("kind")
    assert found.pop("monotonic") < 3000
    assert {name: int(ahead) // 100 for name, ahead in found.items()} == dict.fromkeys(found, 36)
    assert given["PYTHONPATH"].endswith("/modules")


async def test_the_clock_is_an_hour_ahead_for_half_of_the_window(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.jump(0)
    backend: Any = SimpleNamespace(clock=clock)
    going = asyncio.ensure_future(_faults.clock(backend, 0.0))
    await asyncio.sleep(0)
    assert (tmp_path / "ahead").read_text() == "3600"
    await going
    assert (tmp_path / "ahead").read_text() == "0"


def served(*entered: object) -> tuple[Running, list[object]]:
    """A backend whose account has an old token; each sign-in gives the next of these."""
    left = list(entered)

    async def enter(url: str) -> Any:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    nothing: Any = None
    system = replace(OURS, enter=enter)
    backend = Running(system, "", nothing, nothing, account("old"), nothing, nothing, Clock(Path()))
    return backend, left


async def test_a_crowd_whose_token_is_over_signs_in_once() -> None:
    backend, left = served(account("new"), account("newer"))
    old = account("old").write("mark")
    sent = await asyncio.gather(*(backend.signed_in(old) for _ in range(3)))
    assert {dict(one.headers)["Authorization"] for one in sent} == {"Bearer new"}
    assert {dict(one.headers)["Idempotency-Key"] for one in sent} == {"mark"}
    assert {one.body for one in sent} == {old.body}
    assert len(left) == 1


@pytest.mark.parametrize("failure", [NoAnswerError(), KeyError(), ValueError()])
async def test_who_cannot_sign_in_sends_what_was_refused(failure: Exception) -> None:
    backend, _ = served(failure)
    old = Request("/orders", headers=account("old").headers)
    assert await backend.signed_in(old) == old
