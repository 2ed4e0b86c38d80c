"""hey, wrk and Locust: how they are asked, what is read of what they print, and whom they wait for.

What runs them skips where they are not; the rest has programs that stand in for them.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lab import environments
from lab.experiment import Setting, Values
from lab.ports import free_port
from lab.verdict import verdict
from snippets.testing.experiments import _programs, generators, stall
from snippets.testing.experiments._programs import FailedError, Load, NoProgramError, Report
from snippets.testing.experiments.generators import EXPERIMENT

LOAD = Load("http://127.0.0.1:9", users=10, rate=100, seconds=1)
# As each printed it, shortened.
HEY = """\
response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset
0.0081,0.0015,0.0000,0.0023,0.0042,0.0000,200,0.1328
0.9037,0.0000,0.0000,0.0001,0.9036,0.0000,200,0.2322
"""
WRK = """\
Running 8s test @ http://127.0.0.1:15537/
  1 threads and 10 connections
  3 requests in 8.10s, 1.89MB read
Requests/sec:   1804.10

{"sent": 3, "failed": 0, "found_us": [[2000, 2], [500000, 3], [1000000, 1]]}
"""
LOCUST = {"latencies_s": [0.001, 0.9], "lags_s": [0.0, 0.001], "failures": []}


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """A program on PATH, and the file in which it keeps its arguments, one a line."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setattr(environments, "interpreter", lambda name: tmp_path / name)

    def make(name: str, script: str) -> Path:
        arguments = tmp_path / "arguments"
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{arguments}\n{script}\n")
        program.chmod(0o755)
        return arguments

    return make


def printing(text: str) -> str:
    return f"cat <<'end'\n{text}end"


async def test_hey_is_asked_for_users_with_a_rate_each(
    stand_in: Callable[[str, str], Path],
) -> None:
    arguments = stand_in("hey", f"sleep 0.05\n{printing(HEY)}")
    found = await generators.hey(LOAD)
    assert (found.latencies_s, found.sent) == ([0.0081, 0.9037], 2)
    assert found.lags_s
    asked = "-c 10 -q 10.0 -z 1s -o csv http://127.0.0.1:9/"
    assert arguments.read_text().split() == asked.split()


async def test_wrk_is_given_a_script_that_prints_all_that_it_found(
    stand_in: Callable[[str, str], Path],
) -> None:
    arguments = stand_in("wrk", f'cat "$8" >"$0.lua"\n{printing(WRK)}')
    found = await _programs.wrk(LOAD)
    assert (found.latencies_s, found.sent) == ([0.002, 0.002, 0.5, 0.5, 0.5, 1.0], 3)
    said = arguments.read_text().split()
    assert said[:6] == ["--threads", "1", "--connections", "10", "--duration", "1s"]
    assert (said[6], said[8]) == ("--script", "http://127.0.0.1:9/")
    assert arguments.with_name("wrk.lua").read_text() == _programs.DONE


async def test_locust_is_told_which_users_and_what_they_do(
    stand_in: Callable[[str, str], Path],
) -> None:
    report = json.dumps(LOCUST)
    script = f"echo '{report}' >\"$REPORT\"; echo $RATE $SECONDS $USERS >>$0.said; echo done"
    arguments = stand_in("locust", script)
    found = await _programs.locust(LOAD, "Waiting")
    assert found == Report([0.001, 0.9], 2, [0.0, 0.001])
    assert arguments.with_name("locust.said").read_text().split() == ["100", "1", "10"]
    said = arguments.read_text().split()
    assert said[:4] == ["-m", "locust", "--locustfile", str(_programs.USERS)]
    assert said[-5:] == ["--users", "10", "--spawn-rate", "10", "Waiting"]
    assert _programs.USERS.is_file()


@pytest.mark.parametrize(
    ("read", "printed", "says"),
    [
        (_programs.read_hey, HEY.splitlines()[0], "hey: no answers"),
        (_programs.read_hey, HEY.replace(",200,0.2", ",503,0.2"), "hey: .*503"),
        (_programs.read_hey, "Summary:\n  Total: 8 s\n", "hey: .*None"),
        (_programs.read_wrk, WRK.replace('"failed": 0', '"failed": 2'), "wrk: 2 of 3 "),
        (_programs.read_wrk, '{"sent": 0, "failed": 0, "found_us": []}', "wrk: 0 of 0 "),
        (_programs.read_locust, json.dumps(LOCUST | {"failures": ["refused"]}), "refused"),
        (_programs.read_locust, json.dumps(LOCUST | {"latencies_s": []}), "no request"),
    ],
)
def test_a_report_of_failures_is_none(
    read: Callable[[str], Report], printed: str, says: str
) -> None:
    with pytest.raises(FailedError, match=says):
        read(printed)


@pytest.mark.parametrize(
    ("script", "says"),
    [("echo one; echo two; exit 3", "wrk: two"), ("exit 0", "wrk: it printed nothing")],
)
async def test_a_program_that_fails_is_told_with_its_last_line(
    script: str, says: str, stand_in: Callable[[str, str], Path]
) -> None:
    stand_in("wrk", script)
    with pytest.raises(FailedError, match=says):
        await _programs.wrk(LOAD)


async def test_a_program_ends_with_whoever_waits_for_it(
    stand_in: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited_for, create = asyncio.Event(), asyncio.create_subprocess_exec

    async def created(*command: str, **options: Any) -> asyncio.subprocess.Process:
        process = await create(*command, **options)
        waited_for.set()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", created)
    started = tmp_path / "started"
    os.mkfifo(started)
    stand_in("hey", f"echo $$ >{started}; exec sleep 50")
    waiting = asyncio.create_task(generators.hey(LOAD))
    pid = int(await asyncio.to_thread(started.read_text))
    await waited_for.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:  # it keeps what nobody else would end
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert caught.tb


async def test_what_is_not_installed_is_told_before_anything_runs(
    stand_in: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert EXPERIMENT.prepare
    assert EXPERIMENT.environments == {"locust"}
    monkeypatch.setenv("PATH", str(tmp_path))
    both = "hey and wrk are not installed; on Debian: apt-get install hey wrk"
    with pytest.raises(NoProgramError, match=both):
        await EXPERIMENT.prepare(Setting({}))
    stand_in("hey", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoProgramError, match=r"^wrk is not installed; on Debian: apt-get ins"):
        await EXPERIMENT.prepare(Setting({}))
    stand_in("wrk", "")
    await EXPERIMENT.prepare(Setting({}))


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that need not run."""

    async def run(
        setting: Setting, report: Callable[[Setting, str], Awaitable[list[float]]]
    ) -> Values:
        assert report is stall.truth or len(await report(setting, "http://a")) == 4
        return {"late": 25.0, "p95": 1.0, "sent": 4.0}

    monkeypatch.setattr(stall, "run", run)


@pytest.mark.usefixtures("instant")
@pytest.mark.parametrize(("lag", "void"), [(0.019, False), (0.021, True)])
async def test_what_a_program_added_is_a_share_of_its_report(lag: float, void: bool) -> None:
    loads = list[Load]()

    async def generator(load: Load) -> Report:
        loads.append(load)
        return Report([0.1] * 4, 3, [lag])

    setting = Setting(EXPERIMENT.conditions)
    values = await generators.run(setting, generator)
    assert values == {"late": 25.0, "p95": 1.0, "sent": 3.0, "added": 25.0}
    assert loads == [Load("http://a", 10, 100, 8)]
    assert bool(setting.taken()) is void


@pytest.mark.usefixtures("instant")
async def test_nothing_is_added_to_the_truth() -> None:
    values = await generators.truth(Setting(EXPERIMENT.conditions))
    assert values == {"late": 25.0, "p95": 1.0, "sent": 4.0, "added": 0.0}


def test_a_program_that_tells_no_lags_is_not_late() -> None:
    assert generators.void([]) is None


def test_the_bounds_are_those_of_the_counting() -> None:
    bounds = {claim.quantity: (claim.at_least, claim.at_most) for claim in EXPERIMENT.claims}
    seconds, stalled = generators.SECONDS, generators.STALL_S
    share = 90 * stalled / seconds
    for name in ("late_truth", "late_arriving", "late_wrk_sent"):
        assert bounds[name] == (share - 1, share + 1)
    sent = generators.RATE * (seconds - stalled)
    for name in ("late_locust", "late_hey"):
        assert bounds[name][1] == pytest.approx(100 * generators.USERS / sent, abs=0.2)
    assert bounds["added"][0] == pytest.approx(100 * stalled / (seconds + stalled) - 1, abs=0.02)
    reported = seconds + stalled
    assert bounds["late_wrk"] == (None, 90 * stalled / reported + 1)
    truth, most = stalled - 0.05 * seconds, stalled - 0.05 * reported
    at_least, at_most = bounds["hidden_wrk"]
    assert at_least == pytest.approx(0.9 * truth / most, abs=0.01)
    assert at_most is None


def test_what_the_counting_gives_is_within_the_bounds() -> None:
    caught = {"late": 100 * 10 / 700, "p95": 0.005, "sent": 700.0, "added": 0.0}
    open_loop = {"late": 11.25, "p95": 0.6, "sent": 800.0, "added": 0.0}
    corrected = {"late": 10.0, "p95": 0.55, "sent": 30_000.0, "added": 100 / 9}
    found = {"truth": open_loop, "arriving": open_loop, "wrk": corrected}
    found |= {"hey": caught, "locust": caught}
    assert found.keys() == EXPERIMENT.variants.keys()
    values = {name: quantity.of(found) for name, quantity in EXPERIMENT.quantities.items()}
    for claim in EXPERIMENT.claims:
        assert verdict((values[claim.quantity],) * 2, claim.at_least, claim.at_most) == "holds"


def test_what_wrk_reports_as_late_counts_for_each_request_that_it_sent() -> None:
    """Of nine latencies one is late, and eight were sent: an eighth."""
    wrk = {"late": 100 / 9, "added": 100 / 9, "p95": 1.0, "sent": 8.0}
    assert EXPERIMENT.quantities["late_wrk_sent"].of({"wrk": wrk}) == pytest.approx(100 / 8)


class Held:
    """A service that keeps who asks waiting until more have than there are users, or a while."""

    def __init__(self, patience_s: float | None) -> None:
        self.url, self.most = "", 0
        self.released, self.answering = asyncio.Event(), set[asyncio.Task[Any] | None]()
        self._held, self._patience_s = 0, patience_s

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Every request of a connection, when those who are held are released."""
        self.answering.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                self._held += 1
                self.most = max(self.most, self._held)
                if self._held > LOAD.users:
                    self.released.set()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.released.wait(), self._patience_s)
                self.released.set()
                await asyncio.sleep(0.005)
                self._held -= 1
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntea")
        writer.close()


@asynccontextmanager
async def held(patience_s: float | None) -> AsyncIterator[Held]:
    service = Held(patience_s)
    server = await asyncio.start_server(service.answer, "127.0.0.1")
    host, port = server.sockets[0].getsockname()
    service.url = f"http://{host}:{port}"
    yield service  # who is served has ended, and so will these tasks
    server.close()
    service.released.set()
    await asyncio.gather(*filter(None, service.answering))


def installed(name: str) -> None:
    """Skip the test where a program is not, or Locust's environment."""
    if name == "locust":
        if missing := environments.missing([name]):
            pytest.skip(missing)
        return
    try:
        _programs.require([name])
    except NoProgramError as error:
        pytest.skip(str(error))


async def test_a_variant_runs_in_small() -> None:
    """The others differ from it in whom they start, as tested below."""
    installed("hey")
    setting = Setting({**EXPERIMENT.conditions, **EXPERIMENT.rehearsal})
    values = await EXPERIMENT.variants["hey"].run(setting)
    assert values.keys() == EXPERIMENT.metrics.keys()
    assert values["sent"] > 0


@pytest.mark.parametrize(
    ("name", "generator"),
    [
        ("hey", generators.hey),
        ("wrk", _programs.wrk),
        ("locust", partial(_programs.locust, users="Waiting")),
    ],
)
async def test_users_who_wait_are_never_more_than_they_are(
    name: str, generator: Callable[[Load], Awaitable[Report]]
) -> None:
    installed(name)
    async with held(patience_s=0.3) as service:
        found = await generator(replace(LOAD, url=service.url))
    assert 0 < service.most <= LOAD.users
    # What wrk adds for those that were kept waiting; the others report what they sent.
    assert (len(found.latencies_s) > found.sent) is (name == "wrk")


async def test_users_of_locust_who_do_not_wait_are_as_many_as_are_due() -> None:
    installed("locust")
    async with held(patience_s=None) as service:
        found = await _programs.locust(replace(LOAD, url=service.url), "Arriving")
    assert service.most > LOAD.users
    assert len(found.latencies_s) == found.sent > LOAD.users


async def test_locust_tells_of_requests_that_failed() -> None:
    installed("locust")
    with pytest.raises(FailedError, match=r"Locust: .*refused"):
        await _programs.locust(replace(LOAD, url=f"http://127.0.0.1:{free_port()}"), "Waiting")
