"""The runner keeps every sample, loses nothing that was complete, and publishes nothing half."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lab import record
from lab.atomic import replace_text
from lab.measure import FAILED, INTERRUPTED, UNKNOWN, exclusively, main, measure
from lab.repository import ROOT
from lab.source import source_hash
from tests.miniature import Tree

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
            Claim("b runs later", quantity="later", at_least=1.0),
            Claim("b runs much later", quantity="later", at_least=9.0),
        ),
    )
"""


def counting(tree: Tree, fail: str = "pass", name: str = "order") -> Path:
    return tree.write(f"snippets/demo/experiments/{name}.py", COUNTING.replace("FAIL", fail))


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
    samples = [
        (sample["round"], sample["variant"], sample["values"]["before"])
        for sample in published(tree)["samples"]
    ]
    assert samples == [
        (0, "a", 2.0),
        (0, "b", 3.0),
        (1, "a", 4.0),
        (1, "b", 5.0),
        (2, "a", 6.0),
        (2, "b", 7.0),
    ]


def test_a_record_says_what_was_asked_of_what_and_what_came_out(tree: Tree, lock: Path) -> None:
    path = counting(tree)
    main(["demo-order"], tree.root, lock)
    found = published(tree)
    assert found["name"] == "demo-order"
    assert found["module"] == "snippets.demo.experiments.order"
    assert found["question"] == "How many runs were there before?"
    assert found["source"] == source_hash(path, tree.root)
    assert found["recorded"].endswith("Z")
    assert found["duration_s"] >= 0
    assert (found["complete"], found["rounds"]) == (True, 3)
    assert found["machine"] == record.machine()
    assert list(found["versions"]) == ["python"]
    assert found["server_settings"] == {}
    assert found["conditions"] == {"clients": 20, "sizes": [1, 2]}
    assert found["metrics"] == {"before": {"label": "runs before", "unit": "runs"}}
    assert found["variants"] == {
        "a": {"label": "variant a", "x": None, "baseline": True},
        "b": {"label": "variant b", "x": 1.5, "baseline": False},
    }
    assert found["quantities"]["later"]["values"] == [3 / 2, 5 / 4, 7 / 6]
    assert found["quantities"]["later"]["median"] == 5 / 4
    assert [claim["holds"] for claim in found["claims"]] == [True, False]


def test_a_false_claim_is_printed_as_a_finding_and_not_as_an_error(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree)
    assert main(["demo-order"], tree.root, lock) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("demo-order: 3 rounds in ")
    assert printed[1:] == [
        "  later: 1.2× (1.2× to 1.5×), b after a",
        "  holds: b runs later (observed 1.2×)",
        "  DOES NOT HOLD: b runs much later (observed 1.2×)",
    ]


def test_without_names_everything_is_measured(tree: Tree, lock: Path) -> None:
    counting(tree, name="one")
    counting(tree, name="two")
    assert main([], tree.root, lock) == 0
    assert published(tree, "demo-one")["complete"]
    assert published(tree, "demo-two")["complete"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "demo-ordre",
            "no measurement is named demo-ordre; did you mean demo-order? There are: demo-order",
        ),
        ("x", "no measurement is named x; there are: demo-order"),
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
    assert capsys.readouterr().err == "no measurement is named x; there are none yet\n"


def test_an_interrupted_measurement_keeps_its_complete_rounds_and_the_older_record(
    tree: Tree, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counting(tree, "raise KeyboardInterrupt")
    older = record.record_path("demo-order", tree.root)
    replace_text(older, "the older record")
    assert main([], tree.root, lock) == INTERRUPTED
    partial = record.read(record.partial_path("demo-order", tree.root))
    assert (partial["complete"], partial["rounds"], len(partial["samples"])) == (False, 1, 2)
    assert older.read_text(encoding="utf-8") == "the older record"
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
    assert record.read(record.partial_path("demo-fails", tree.root))["rounds"] == 1
    assert not record.record_path("demo-fails", tree.root).exists()
    assert published(tree)["complete"]
    line = path.read_text(encoding="utf-8").splitlines().index('        raise OSError("no rows")')
    assert capsys.readouterr().err.splitlines() == [
        "demo-fails: variant b failed: OSError: no rows "
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
        "sys.exit(main([], pathlib.Path(), pathlib.Path('lock')))"
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
    assert record.read(record.partial_path("demo-order", tree.root))["rounds"] == 1


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
    found = measure("demo-rows", path, tree.root)
    assert [sample["values"]["rows"] for sample in found["samples"]] == [42.0] * 3
    python, postgresql, server, *drivers = found["versions"]
    assert (python, postgresql) == ("python", "postgresql")
    assert server in ("redis", "valkey")
    assert drivers == ["asyncpg", "redis-py"]
    settings = found["server_settings"]
    durable = {settings[name] for name in ("fsync", "synchronous_commit", "full_page_writes")}
    assert durable == {"on"}
    assert settings["shared_buffers"].endswith("MB")
    assert int(settings["max_connections"]) > 0
    assert settings["redis.save"]
    assert {"redis.appendonly", "redis.maxmemory"} <= set(settings)


def test_it_measures_on_the_servers_that_the_environment_names(
    tree: Tree, dsn: str, services: None
) -> None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT inet_server_port()").fetchone()
    path = tree.write("snippets/demo/experiments/rows.py", SERVERS)
    found = measure("demo-rows", path, tree.root)
    assert row
    assert {sample["values"]["port"] for sample in found["samples"]} == {row[0]}
