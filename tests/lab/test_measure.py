"""The runner keeps every sample, loses nothing that was complete, and publishes nothing half."""

import importlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import lab
from lab import catalog, record
from lab import measure as runner
from lab.atomic import replace_text
from lab.measure import FAILED, INTERRUPTED, UNKNOWN, exclusively
from lab.repository import ROOT
from lab.source import source_hash
from tests.miniature import Tree

pytestmark = pytest.mark.usefixtures("bound")

# Each run returns how many runs there were before it; FAIL is what the sixth one does.
COUNTING = """
    import itertools
    from lab.experiment import Claim, Experiment, Metric, Quantity, Setting, Values, Variant

    RUNS = itertools.count()

    async def run(setting: Setting) -> Values:
        before = next(RUNS)
        if before == 5:
            FAIL
        return {"before": before}

    EXPERIMENT = Experiment(
        question="How many runs were there before?",
        conditions={"clients": 20, "sizes": (1, 2)},
        rehearsal={"clients": 1},
        rounds=3,
        metrics={"before": Metric("runs before", "runs")},
        variants={
            "a": Variant("variant a", run, baseline=True),
            "b": Variant("variant b", run, x=1.5),
        },
        quantities={
            "later": Quantity("b after a", unit="×", digits=2,
                              of=lambda r: r["b"]["before"] / r["a"]["before"]),
        },
        claims=(
            Claim("b and a run", quantity="later", at_least=0.1),
            Claim("b runs much later", quantity="later", at_least=9.0),
        ),
    )
"""


def counting(tree: Tree, fail: str = "pass", name: str = "order") -> Path:
    return tree.write(f"snippets/demo/experiments/{name}.py", COUNTING.replace("FAIL", fail))


def main(names: list[str], root: Path, lock: Path, void: str | None = None, **others: bool) -> int:
    """The runner on a machine that is quiet, or disturbed as the test says."""
    return runner.main(names, root, lock, disturbance=lambda: void, **others)


def published(tree: Tree, name: str = "demo-order") -> dict[str, Any]:
    text = record.record_path(name, tree.root).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_every_sample_is_kept_but_those_of_the_warm_up(tree: Tree, lock: Path) -> None:
    counting(tree)
    assert main(["demo-order"], tree.root, lock) == 0
    (run,) = published(tree)["runs"]
    samples = [(sample["round"], sample["values"]["before"]) for sample in run["samples"]]
    assert samples == [(0, 2.0), (0, 3.0), (1, 4.0), (1, 5.0), (2, 6.0), (2, 7.0)]
    for number in range(3):
        in_round = {s["variant"] for s in run["samples"] if s["round"] == number}
        assert in_round == {"a", "b"}


def test_variants_run_in_an_order_that_the_recorded_seed_gives(tree: Tree, lock: Path) -> None:
    """The samples are in the order in which they were taken; the first shuffle is the warm-up's."""
    counting(tree)
    orders = set()
    for _ in range(4):
        main(["demo-order"], tree.root, lock)
        run = published(tree)["runs"][-1]
        chance = random.Random(run["seed"])
        expected = []
        for _ in range(4):
            order = ["a", "b"]
            chance.shuffle(order)
            expected += order
        taken = [sample["variant"] for sample in run["samples"]]
        assert taken == expected[2:]
        orders.add(tuple(taken))
    assert len(orders) > 1  # one of 64 orders, four times: by chance in one of 262,144 test runs


def test_a_record_says_what_was_asked_of_what_and_what_came_out(tree: Tree, lock: Path) -> None:
    path = counting(tree)
    main(["demo-order"], tree.root, lock)
    found = published(tree)
    assert found["name"] == "demo-order"
    assert found["module"] == "snippets.demo.experiments.order"
    assert found["question"] == "How many runs were there before?"
    assert found["source"] == source_hash(path, tree.root)
    assert found["conditions"] == {"clients": 20, "sizes": [1, 2]}
    assert found["metrics"] == {"before": {"label": "runs before", "unit": "runs"}}
    assert found["variants"] == {
        "a": {"label": "variant a", "x": None, "baseline": True},
        "b": {"label": "variant b", "x": 1.5, "baseline": False},
    }
    assert found["history"] == []
    (run,) = found["runs"]
    assert run["started"].endswith("Z")
    assert run["duration_s"] >= 0
    assert run["harness"] == record.HARNESS
    assert run["machine"] == record.machine().model_dump()
    assert list(run["versions"]) == ["python"]
    assert run["server_settings"] == {}
    assert (run["void"], run["void_rounds"]) == (None, {})
    values = run["quantities"]["later"]
    assert len(values) == 3
    assert found["quantities"]["later"] == {
        "label": "b after a",
        "unit": "×",
        "digits": 2,
        "median": sorted(values)[1],
        "low": min(values),
        "high": max(values),
        "coverage": 0.75,
        "lowest_run": sorted(values)[1],
        "highest_run": sorted(values)[1],
    }
    assert [claim["verdict"] for claim in found["claims"]] == ["holds", "does not hold"]


def test_a_run_is_added_and_none_is_replaced(tree: Tree, lock: Path) -> None:
    counting(tree)
    main(["demo-order"], tree.root, lock)
    first = published(tree)["runs"]
    main(["demo-order"], tree.root, lock)
    found = published(tree)
    assert found["runs"][:1] == first
    assert len(found["runs"]) == 2
    pooled = [value for run in found["runs"] for value in run["quantities"]["later"]]
    assert found["quantities"]["later"]["median"] == statistics.median(pooled)
    assert found["quantities"]["later"]["coverage"] == 1 - 2 / 2**6


def test_a_changed_source_begins_a_new_record_that_remembers_what_the_old_one_claimed(
    tree: Tree, lock: Path
) -> None:
    counting(tree)
    main(["demo-order"], tree.root, lock)
    old = published(tree)
    forget(tree)
    tree.write(
        "snippets/demo/experiments/order.py",
        COUNTING.replace("FAIL", "pass").replace("much later", "twice as late").replace("9.0", "8"),
    )
    main(["demo-order"], tree.root, lock)
    new = published(tree)
    assert new["source"] != old["source"]
    assert len(new["runs"]) == 1
    (earlier,) = new["history"]
    assert earlier["source"] == old["source"]
    assert (earlier["runs"], earlier["rounds"]) == (1, 3)
    assert earlier["claims"] == old["claims"]
    assert earlier["quantities"] == old["quantities"]
    assert earlier["last"] == old["runs"][0]["started"]

    main(["demo-order"], tree.root, lock)
    assert published(tree)["history"] == new["history"]


def forget(tree: Tree) -> None:
    """As in a new process: the module is imported again."""
    sys.modules.pop("snippets.demo.experiments.order", None)
    shutil.rmtree(tree.root / "snippets/demo/experiments/__pycache__", ignore_errors=True)
    importlib.invalidate_caches()


def test_a_run_on_a_busy_machine_is_kept_and_does_not_count(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree)
    main(["demo-order"], tree.root, lock)
    counted = published(tree)
    assert main(["demo-order"], tree.root, lock, void="the machine was busy") == 0
    found = published(tree)
    assert found["runs"][1]["void"] == "the machine was busy"
    assert found["runs"][1]["samples"]
    assert found["quantities"] == counted["quantities"]
    assert "this run is VOID: the machine was busy" in capsys.readouterr().out


def test_a_record_of_which_no_run_counts_claims_nothing(tree: Tree, lock: Path) -> None:
    counting(tree)
    main(["demo-order"], tree.root, lock, void="the machine was busy")
    found = published(tree)
    assert len(found["runs"]) == 1
    assert (found["quantities"], found["claims"]) == ({}, [])


@pytest.mark.parametrize(
    ("disturbed", "void", "rounds"),
    [
        ("before == 4", None, {"1": "the generator was late"}),
        (
            "before >= 4",
            "2 of 3 rounds are void: the generator was late",
            {"1": "the generator was late", "2": "the generator was late"},
        ),
        ("before < 2", None, {}),  # the warm-up is not kept, and its disturbance does not count
    ],
)
def test_a_disturbed_round_is_kept_and_does_not_count(
    tree: Tree, lock: Path, disturbed: str, void: str | None, rounds: dict[str, str]
) -> None:
    text = COUNTING.replace(
        "return {",
        f'setting.disturbed("the generator was late" if {disturbed} else None)\n        return {{',
    ).replace("FAIL", "pass")
    tree.write("snippets/demo/experiments/order.py", text)
    main(["demo-order"], tree.root, lock)
    (run,) = published(tree)["runs"]
    assert (run["void"], run["void_rounds"]) == (void, rounds)
    assert len(run["samples"]) == 6
    if void is None:
        counted = [
            value
            for number, value in enumerate(run["quantities"]["later"])
            if str(number) not in rounds
        ]
        assert published(tree)["quantities"]["later"]["median"] == statistics.median(counted)


def test_a_record_that_cannot_be_read_is_not_overwritten(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree)
    path = record.record_path("demo-order", tree.root)
    replace_text(path, "{}")
    assert main(["demo-order"], tree.root, lock) == FAILED
    assert path.read_text(encoding="utf-8") == "{}"
    said = capsys.readouterr().err
    assert said.startswith("docs/measurements/demo-order.json is not a record (")
    assert "Restore it from the history: its runs count." in said


def test_what_is_not_stale_is_not_measured_when_only_stale_ones_are_wanted(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree, name="one")
    counting(tree, name="two")
    main(["demo-one"], tree.root, lock)
    capsys.readouterr()
    assert main([], tree.root, lock, only_stale=True) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["demo-two: there is no record", "1 to measure"]
    assert len(published(tree, "demo-one")["runs"]) == 1
    assert main([], tree.root, lock, only_stale=True) == 0
    assert capsys.readouterr().out == "nothing is stale\n"
    assert len(published(tree, "demo-two")["runs"]) == 1


def test_a_false_claim_is_printed_as_a_finding_and_not_as_an_error(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree)
    assert main(["demo-order"], tree.root, lock) == 0
    printed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"demo-order: 3 rounds in \d+ s; 1 of 1 runs count", printed[0])
    (run,) = published(tree, "demo-order")["runs"]
    following = datetime.fromisoformat(run["started"]).astimezone() + timedelta(minutes=10)
    assert printed[1] == (
        f"  2 more wanted, begun ten minutes apart: the next from {following:%H:%M}"
    )
    assert re.fullmatch(r"  later: [\d.]+× \([\d.]+× to [\d.]+×, 75 %\), b after a", printed[2])
    assert printed[3:] == ["  holds: b and a run", "  DOES NOT HOLD: b runs much later"]


def test_without_names_everything_is_measured(tree: Tree, lock: Path) -> None:
    counting(tree, name="one")
    counting(tree, name="two")
    assert main([], tree.root, lock) == 0
    assert published(tree, "demo-one")["runs"]
    assert published(tree, "demo-two")["runs"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "demo-ordre",
            "no measurement is named demo-ordre. Did you mean demo-order? There are: demo-order.",
        ),
        ("x", "no measurement is named x. There are: demo-order."),
    ],
)
def test_an_unknown_name_is_answered_with_those_that_exist(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str], name: str, line: str
) -> None:
    counting(tree)
    assert main(["demo-order", name], tree.root, lock) == UNKNOWN
    assert capsys.readouterr().err == f"{line}\n"
    assert not record.record_path("demo-order", tree.root).exists()


def test_a_name_where_there_are_no_experiments_yet(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["x"], tree.root, lock) == UNKNOWN
    assert capsys.readouterr().err == "no measurement is named x. There are none yet.\n"


def test_an_interrupted_measurement_keeps_its_complete_rounds_and_the_older_record(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = record.record_path("demo-order", tree.root)
    counting(tree)
    main([], tree.root, lock)
    text = older.read_text(encoding="utf-8")
    counting(tree, "raise KeyboardInterrupt")
    forget(tree)
    capsys.readouterr()
    assert main([], tree.root, lock) == INTERRUPTED
    partial = record.read_run(record.partial_path("demo-order", tree.root))
    assert (partial.rounds, len(partial.samples)) == (1, 2)
    assert older.read_text(encoding="utf-8") == text
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "demo-order: interrupted",
        "Complete rounds: 1, in build/measurements/demo-order.json; "
        "docs/measurements/demo-order.json is as it was.",
    ]


def test_an_interrupted_measurement_publishes_nothing(tree: Tree, lock: Path) -> None:
    counting(tree, "raise KeyboardInterrupt")
    main([], tree.root, lock)
    assert not record.record_path("demo-order", tree.root).exists()


def test_a_failed_measurement_keeps_its_complete_rounds_and_the_next_one_runs(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = counting(tree, 'raise OSError("no rows")', "fails")
    counting(tree, name="order")
    assert main([], tree.root, lock) == FAILED
    assert record.read_run(record.partial_path("demo-fails", tree.root)).rounds == 1
    assert not record.record_path("demo-fails", tree.root).exists()
    assert published(tree)["runs"]
    line = path.read_text(encoding="utf-8").splitlines().index('        raise OSError("no rows")')
    said = capsys.readouterr().err
    failed = re.match("demo-fails: variant ([ab])", said)
    assert failed
    assert said.splitlines() == [
        f"demo-fails: variant {failed[1]} failed: OSError: no rows "
        f"(snippets/demo/experiments/fails.py:{line + 1})",
        "Complete rounds: 1, in build/measurements/demo-fails.json.",
    ]


def test_the_rounds_of_an_earlier_interrupted_run_are_not_taken_for_those_of_this_one(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.write("snippets/demo/experiments/order.py", "raise OSError\n")
    partial = record.partial_path("demo-order", tree.root)
    replace_text(partial, "{}")
    assert main([], tree.root, lock) == FAILED
    assert not partial.exists()
    assert "Complete rounds: none; nothing was written." in capsys.readouterr().err


def test_a_complete_measurement_leaves_no_partial_one(tree: Tree, lock: Path) -> None:
    counting(tree)
    main([], tree.root, lock)
    assert not record.partial_path("demo-order", tree.root).exists()


def test_two_experiments_of_one_name_are_one_line(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.write("snippets/a/experiments/b_c.py", "")
    tree.write("snippets/a_b/experiments/c.py", "")
    assert main([], tree.root, lock) == FAILED
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_ctrl_c_is_status_130_and_no_traceback(tree: Tree, lock: Path) -> None:
    """The signal itself, in a process of its own."""
    counting(tree, "os.kill(os.getpid(), signal.SIGINT); await asyncio.sleep(3600)")
    path = tree.root / "snippets/demo/experiments/order.py"
    tree.write(
        "snippets/demo/experiments/order.py",
        "import asyncio\nimport os\nimport signal\n" + path.read_text(encoding="utf-8"),
    )
    program = (
        "import pathlib, sys; from lab.measure import main; "
        "sys.exit(main([], pathlib.Path(), pathlib.Path('lock'), disturbance=lambda: None))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # A process that is started in the background would ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == INTERRUPTED
    assert "Traceback" not in done.stderr
    assert record.read_run(record.partial_path("demo-order", tree.root)).rounds == 1


def test_a_second_measurement_waits_for_the_first_and_says_so(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, entered = threading.Event(), threading.Event()

    class Listener:
        def write(self, text: str) -> None:
            if "another measurement runs on this machine; waiting for it" in text:
                told.set()

    def second() -> None:
        with exclusively(lock):
            entered.set()

    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", Listener())
        thread = threading.Thread(target=second)
        with exclusively(lock):
            thread.start()
            assert told.wait(30)
            assert not entered.is_set()
        assert entered.wait(30)
        thread.join()


SERVERS = """
    import asyncpg
    import redis.asyncio
    from lab.experiment import Experiment, Metric, Setting, Values, Variant

    async def fill(setting: Setting) -> None:
        connection = await asyncpg.connect(setting.dsn)
        await connection.execute("CREATE TABLE job AS SELECT * FROM generate_series(1, 42) id")
        await connection.close()

    async def run(setting: Setting) -> Values:
        async with redis.asyncio.from_url(setting.redis_url) as client:
            await client.incr(f"{setting.redis_prefix}runs")
        connection = await asyncpg.connect(setting.dsn)
        rows, port = await connection.fetchrow("SELECT count(*), inet_server_port() FROM job")
        await connection.close()
        return {"rows": rows, "port": port}

    EXPERIMENT = Experiment(
        question="How many rows?", needs=frozenset({"postgres", "redis"}),
        conditions={}, rounds=3, prepare=fill,
        metrics={"rows": Metric("rows", "rows"), "port": Metric("port", "")},
        variants={"one": Variant("one", run)},
    )
"""


def test_it_measures_on_durable_servers_of_its_own(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    path = tree.write("snippets/demo/experiments/rows.py", SERVERS)
    (run,) = runner.measure("demo-rows", path, tree.root, lambda: None).runs
    assert [sample.values["rows"] for sample in run.samples] == [42.0] * 3
    python, postgresql, server, *drivers = run.versions
    assert (python, postgresql) == ("python", "postgresql")
    assert server in ("redis", "valkey")
    assert drivers == ["asyncpg", "redis-py"]
    settings = run.server_settings
    durable = {settings[name] for name in ("fsync", "synchronous_commit", "full_page_writes")}
    assert durable == {"on"}
    assert settings["shared_buffers"].endswith("MB")
    assert int(settings["max_connections"]) > 0
    assert settings["redis.save"]
    assert {"redis.appendonly", "redis.maxmemory"} <= set(settings)
    assert run.void is None


def test_a_run_during_which_a_server_was_restarted_is_void(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting's server ends and comes again between the rounds, with the data it had."""
    servers: list[lab.PostgresServer] = []
    start = lab.postgres_server

    def started(*arguments: Any, durable: bool) -> lab.PostgresServer:
        servers.append(start(*arguments))  # a durable one takes longer to make
        return servers[-1]

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(lab, "postgres_server", started)
    text = COUNTING.replace("conditions={", 'needs=frozenset({"postgres"}), conditions={')
    path = tree.write(
        "snippets/demo/experiments/order.py",
        text.replace("FAIL", "RESTART.pop().restart()").replace(
            "RUNS =", "RESTART: list = []\n    RUNS ="
        ),
    )
    experiment = catalog.load(path, tree.root)
    monkeypatch.setattr(sys.modules["snippets.demo.experiments.order"], "RESTART", servers)
    assert experiment.needs == {"postgres"}
    found = runner.measure("demo-order", path, tree.root, lambda: None)
    assert found.runs[0].void == "a server was restarted during the run"


def test_it_measures_on_the_servers_that_the_environment_names(
    tree: Tree, dsn: str, services: None
) -> None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT inet_server_port()").fetchone()
    path = tree.write("snippets/demo/experiments/rows.py", SERVERS)
    (run,) = runner.measure("demo-rows", path, tree.root, lambda: None).runs
    assert row
    assert {sample.values["port"] for sample in run.samples} == {row[0]}
