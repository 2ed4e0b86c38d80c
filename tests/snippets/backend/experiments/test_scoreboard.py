"""The trials are rehearsed on ours; what they count is counted by hand."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

import lab
from lab.experiment import Setting
from lab.worker import Worker
from snippets.backend.experiments import _faults, _outages, _signing_up, _stopping, scoreboard
from snippets.backend.experiments._client import Answer, Insisted, NoAnswerError
from snippets.backend.experiments._counting import RefusedError, _sent
from snippets.backend.experiments._fuzzing import NotFuzzedError, failed
from snippets.backend.experiments._ours import OURS, OWED, WATCH
from snippets.backend.experiments._outages import Sent, failed_at_first, kept, slowest
from snippets.backend.experiments._systems import (
    DidNotStartError,
    Running,
    _answers,
    _done,
    web_workers,
)
from snippets.backend.experiments.rivals._checkout import NoCheckoutError
from snippets.backend.experiments.scoreboard import (
    BOUNDED,
    EXPERIMENT,
    HAPPENED,
    INVARIANTS,
    RIVALS,
    UNNOTICED,
    NoFullDiskError,
)
from snippets.backend.settings import Settings
from tests import processes

# What a busy machine may change in small: time is up, jobs are left, and a request that no worker
# has taken yet is not under way at SIGTERM.
TIMED = {"unserved", "uncharged", "undelivered", "cut"}


@pytest.mark.timeout(180)  # it starts the backend twice, and all that it needs
async def test_ours_keeps_what_it_promised_while_all_of_it_is_killed(services: None) -> None:
    setting = Setting({**EXPERIMENT.conditions, **EXPERIMENT.rehearsal})
    found = await EXPERIMENT.variants["ours"].run(setting)
    assert set(found) == set(EXPERIMENT.metrics)
    assert {name: found[name] for name in INVARIANTS.keys() - TIMED} == dict.fromkeys(
        INVARIANTS.keys() - TIMED, 0
    )
    assert found["write"] > found["read"] > 0


def test_a_web_worker_is_killed_and_not_its_parent() -> None:
    with Worker(["sh", "-c", "sleep 60 & sleep 60 & wait"], {}) as web:
        backend: Any = SimpleNamespace(web=web)
        while len(workers := web_workers(web.pid)) < 2:
            pass
        Running.kill_web_worker(backend)
        while sum(map(processes.runs, workers)) > 1:
            pass
        assert not web.ended()


@pytest.mark.parametrize(
    ("fault", "done"),
    [("web", ["kill_web_worker"]), ("jobs", ["kill_worker", "serve_jobs"])],
)
async def test_a_fault_ends_what_it_names(fault: str, done: list[str]) -> None:
    seen: list[str] = []
    backend: Any = SimpleNamespace(
        **{name: partial(seen.append, name) for name in ("kill_web_worker", *done)}
    )
    await _faults.FAULTS[fault](backend, 0)
    assert seen == done


def test_the_worker_of_jobs_is_killed_if_there_is_one() -> None:
    killed: list[int] = []
    worker = SimpleNamespace(kill=lambda: killed.append(1))
    for one in (None, worker):
        backend: Any = SimpleNamespace(worker=one)
        Running.kill_worker(backend)
    assert killed == [1]


def insisted(first: int, answered: bool = True, took_s: float = 0.0) -> Insisted:
    return Insisted(first, Answer(201, b"{}") if answered else None, took_s)


async def test_lost_is_what_was_acknowledged_and_doubled_what_is_stored_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def marks(backend: object) -> dict[str, int]:
        return {"kept": 1, "twice": 2, "not told": 1}

    monkeypatch.setattr(_outages, "marks", marks)
    sent = [
        Sent("web", "kept", insisted(201)),
        Sent("web", "twice", insisted(0)),
        Sent("web", "lost", insisted(201)),
        Sent("web", "not told", insisted(503, answered=False)),
        Sent("cache", "", insisted(500)),
    ]
    found = await kept(None, sent)  # type: ignore[arg-type]
    assert found == {"lost": 1, "doubled": 1, "unserved": 1}
    assert failed_at_first(sent, "web") == 2
    assert failed_at_first(sent, "cache") == 1


async def test_of_each_ten_writes_that_were_acknowledged_one_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []

    async def insist(url: str, request: str, *_: object) -> Insisted:
        sent.append(request)
        return insisted(201, answered=sent.count(request) == 1)

    async def nothing(backend: object, window_s: float) -> None:
        pass

    monkeypatch.setattr(_outages, "insist", insist)
    monkeypatch.setitem(_faults.FAULTS, "web", nothing)
    account = SimpleNamespace(write=lambda of: of, cached="read")
    backend: Any = SimpleNamespace(account=account, url="", signed_in=None)
    conditions = {"rate": 1000, "window_s": 0.021, "patience_s": 1}
    found = await _outages.load(backend, ["web"], conditions)
    writes = [one for one in sent if one != "read"]
    assert len(writes) - len(set(writes)) == 3  # the first, the eleventh, the last of 21
    assert len([one for one in found if one.mark]) == 21
    # Not served in the end is a repeat that is not, and it loses nothing.
    assert [one.mark for one in found if one.insisted.answer is None].count("") == 20 + 3


def test_the_slowest_answer_of_a_window_is_that_of_no_other() -> None:
    sent = [
        Sent("silent", "", insisted(200, took_s=0.2)),
        Sent("silent", "", insisted(0, answered=False, took_s=0.4)),
        Sent("web", "", insisted(200, took_s=0.9)),
    ]
    assert slowest(sent, "silent") == 0.4
    assert slowest(sent, "cache") == 0


def test_of_two_times_in_which_redis_was_full_the_one_with_fewer_refusals_counts() -> None:
    backend: Any = SimpleNamespace(refused=[7, 0])
    assert scoreboard.of_redis(backend, []) == {"silence": 0, "refused": 0}


async def test_what_the_provider_was_asked_for_twice_is_counted_and_a_wrong_amount_is_owed(
    services: None,
) -> None:
    with lab.postgres() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id bigint, total_cents bigint, state text)")
        connection.execute("CREATE TABLE charge (order_id bigint PRIMARY KEY, cents bigint)")
        connection.execute("CREATE TABLE delivery (order_id bigint)")
        connection.execute(WATCH.encode())
        connection.execute("INSERT INTO orders VALUES (1, 9, 'placed'), (2, 9, 'placed')")
        for order, cents in ((1, 9), (2, 8), (1, 9)):
            values = (order, cents)
            connection.execute("INSERT INTO charge VALUES (%s, %s) ON CONFLICT DO NOTHING", values)
        backend: Any = SimpleNamespace(system=OURS, postgres=SimpleNamespace(dsn=dsn))
        assert await _outages.asked_again(backend) == {"again": 1}
        assert connection.execute(OWED.encode()).fetchone() == (1, 2)


async def test_of_equal_sign_ups_each_too_many_and_each_failure_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statuses = iter([201, 201, 409, 500, 0])

    async def ask(url: str, request: object) -> Answer:
        status = next(statuses)
        if not status:
            raise NoAnswerError
        return Answer(status, b"")

    monkeypatch.setattr(_signing_up, "ask", ask)
    backend: Any = SimpleNamespace(system=OURS, url="http://127.0.0.1:1")
    found = await _signing_up.sign_ups(backend, 5)
    assert found == {"accounts": 1, "signups": 2}


def test_a_report_counts_the_operations_that_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite><testcase name='GET /a'><failure/></testcase>"
        "<testcase name='GET /b'/></testsuite></testsuites>"
    )
    assert failed("Tested: 2", report) == 1
    for said in ("Tested: 0", "the schema is not there"):
        with pytest.raises(NotFuzzedError):
            failed(said, report)


async def test_a_count_of_statements_stops_at_a_request_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ask(url: str, request: object) -> Answer:
        return Answer(500, b"")

    monkeypatch.setattr("snippets.backend.experiments._counting.ask", ask)
    backend: Any = SimpleNamespace(url="")
    with pytest.raises(RefusedError, match="/products/1: 500"):
        await _sent(backend, SimpleNamespace(path="/products/1"))  # type: ignore[arg-type]


async def test_a_command_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(DidNotStartError, match="no such table"):
        await _done(["sh", "-c", "echo no such table; exit 1"], {}, tmp_path)


async def test_a_server_that_ends_is_told_with_its_last_line() -> None:
    web: Any = SimpleNamespace(ended=lambda: True, said=lambda: "no module named shop")
    with pytest.raises(DidNotStartError, match="no module named shop"):
        await _answers("http://127.0.0.1:1", OURS, web)


async def test_a_rival_that_is_not_there_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []

    def require(checkout: Any) -> None:
        checked.append(checkout.name)
        if len(checked) == 2:
            raise NoCheckoutError

    monkeypatch.setattr("snippets.backend.experiments.rivals._checkout.Checkout.require", require)
    monkeypatch.setattr(scoreboard, "FULL", Path("/dev/null"))  # here, too
    with pytest.raises(NoCheckoutError):
        await scoreboard.prepare(Setting({}))
    assert checked == ["template", "boilerplate"]


async def test_where_no_disk_is_full_that_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(scoreboard, "FULL", tmp_path / "full")
    with pytest.raises(NoFullDiskError, match="only Linux"):
        await scoreboard.prepare(Setting({}))


async def test_a_backend_without_jobs_and_stock_has_none_of_their_numbers() -> None:
    system, lacks = RIVALS["template"]
    backend: Any = SimpleNamespace(system=system, worker=None)
    assert await scoreboard.oversold(backend) == {}
    assert await _outages.debts(backend, 0) == {}
    assert await _outages.asked_again(backend) == {}
    assert {"oversold", "uncharged", "undelivered", "again"} <= lacks


async def test_what_is_owed_is_looked_at_until_it_is_paid(services: None) -> None:
    with lab.postgres() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE looks")
        system = SimpleNamespace(owed="SELECT greatest(0, 2 - nextval('looks')) AS uncharged")
        backend: Any = SimpleNamespace(system=system, postgres=SimpleNamespace(dsn=dsn))
        assert await _outages.debts(backend, 30) == {"uncharged": 0}


async def test_what_is_not_answered_at_the_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with Worker(["sleep", "60"], {}) as web:
        answers = iter([Answer(201, b""), Answer(503, b""), None])

        async def ask(url: str, request: object, sent: Callable[[], None]) -> Answer:
            answer = next(answers)
            sent()
            while not web.ended():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            if answer is None:
                raise NoAnswerError
            return answer

        async def marks(backend: object) -> dict[str, int]:
            return {}

        monkeypatch.setattr(_stopping, "ask", ask)
        monkeypatch.setattr(_stopping, "marks", marks)
        account = SimpleNamespace(write=lambda of: of)
        backend: Any = SimpleNamespace(web=web, url="", account=account)
        assert await _stopping.stopped(backend, 3) == {"cut": 1, "gone": 1, "running": 0}


def test_each_promise_is_a_claim_on_ours_that_allows_none() -> None:
    bounds = {claim.quantity: (claim.at_least, claim.at_most) for claim in EXPERIMENT.claims}
    assert bounds == {
        **dict.fromkeys({**INVARIANTS, **UNNOTICED}, (None, 0)),
        **{name: (None, most) for name, (_, most) in BOUNDED.items()},
        **dict.fromkeys(HAPPENED, (1, None)),  # else a trial tries nothing
    }


def test_what_may_be_slow_or_repeated_follows_from_the_settings() -> None:
    given = Settings(database_url="postgresql://a/b", redis_url="redis://a", secret_key="k" * 32)  # type: ignore[arg-type]
    waits_s = 2 * given.redis_s
    assert waits_s < BOUNDED["silence"][1] < EXPERIMENT.conditions["window_s"] / 2
    assert BOUNDED["again"][1] == 3 * given.jobs_at_once


def test_each_quantity_is_of_its_variant() -> None:
    found = {
        name: {metric: float(at) for metric in EXPERIMENT.metrics}
        for at, name in enumerate(EXPERIMENT.variants)
    }
    assert EXPERIMENT.quantities["lost"].of(found) == 0
    assert EXPERIMENT.quantities["template_lost"].of(found) == 1
    assert "template_oversold" not in EXPERIMENT.quantities
