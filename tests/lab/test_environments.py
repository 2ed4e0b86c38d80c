"""Environments apart: found when they are as their locks say, and told with the command if not."""

import os
from pathlib import Path

import pytest

from lab import environments, record
from lab.environments import NoEnvironmentError, interpreter, missing, versions
from lab.lock import moved
from lab.measure import FAILED, main
from lab.repository import ROOT
from tests.miniature import Tree

LOCK = "celery==5.7.0 \\\n    --hash=sha256:x\n"
NOT_THERE = (
    ".venv-queues is not there, which environments/queues.txt asks for; make it with: "
    "make .venv-queues/ready"
)
EXPERIMENT = """
    if False:  # another interpreter's
        import celery
    import psycopg
    from lab.experiment import Experiment, Metric, Setting, Values, Variant

    async def run(setting: Setting) -> Values:
        return {"rows": 1.0}

    EXPERIMENT = Experiment(
        question="How many rows?", conditions={}, rounds=3,
        environments=frozenset({"queues"}),
        metrics={"rows": Metric("rows", "")}, variants={"one": Variant("one", run)},
    )
"""
# An interpreter that has celery, whatever it is asked to run.
PYTHON = """\
#!/bin/sh
echo '{"celery": {"celery": "5.7.0"}, "psycopg": {"psycopg": "3.0"}}'
"""


@pytest.fixture
def locked(tree: Tree) -> Tree:
    """A lock, and nothing installed."""
    tree.write("environments/queues.txt", LOCK)
    return tree


@pytest.fixture
def installed(locked: Tree) -> Tree:
    """An environment as its lock says."""
    locked.write(".venv-queues/ready", LOCK)
    locked.write(".venv-queues/bin/python", PYTHON).chmod(0o755)
    return locked


def test_an_environment_is_found_when_it_is_as_its_lock_says(installed: Tree) -> None:
    root = installed.root
    assert interpreter("queues", root) == root / ".venv-queues/bin/python"
    assert missing(["queues"], root) is None


def test_one_that_is_not_there_is_told_with_the_command(locked: Tree) -> None:
    assert missing(["queues"], locked.root) == NOT_THERE


def test_one_that_is_of_another_lock_is_told_with_the_command(installed: Tree) -> None:
    installed.write("environments/queues.txt", LOCK.replace("5.7", "5.8"))
    assert missing(["queues"], installed.root) == (
        ".venv-queues is not what environments/queues.txt asks for; make it with: "
        "make .venv-queues/ready"
    )


def test_one_without_a_lock_has_another_name(tmp_path: Path) -> None:
    with pytest.raises(NoEnvironmentError, match="no environment is named que: there is no "):
        interpreter("que", tmp_path)


def test_the_versions_are_of_what_only_the_environment_has(installed: Tree) -> None:
    module = installed.write("snippets/demo/uses.py", "import celery, psycopg, json\n")
    assert versions(["queues"], [module], installed.root) == {"celery": "5.7.0"}


def test_a_record_has_the_versions_of_the_environment(installed: Tree) -> None:
    installed.write("snippets/demo/experiments/rows.py", EXPERIMENT)
    assert main([], installed.root, installed.root / "lock", disturbance=lambda: None) == 0
    found = record.read(record.record_path("demo-rows", installed.root))
    assert found.last.versions["celery"] == "5.7.0"
    assert found.last.versions["psycopg"] != "3.0"


def test_a_measurement_without_its_environment_is_told_in_a_line(
    locked: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    locked.write("snippets/demo/experiments/rows.py", EXPERIMENT)
    assert main([], locked.root, locked.root / "lock", disturbance=lambda: None) == FAILED
    [line, _] = capsys.readouterr().err.splitlines()
    assert line == f"demo-rows: {NOT_THERE}"


def test_a_newer_lock_of_an_environment_makes_its_records_old(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/queues.txt").write_text("celery==5.8.0\nasyncpg==0.1\n")
    (tmp_path / "requirements.txt").write_text("asyncpg==0.32.0\n")
    found = moved({"celery": "5.7.1", "asyncpg": "0.32.1"}, tmp_path)
    assert found == {"celery": ("5.7.1", "5.8.0")}


def test_a_lock_is_read_again_only_after_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build asks for hundreds of measurements, and each asks all locks."""
    (tmp_path / "environments").mkdir()
    for number in range(12):
        (tmp_path / f"environments/{number}.txt").write_text(f"package-{number}==1.0\n")
    assert moved({"package-0": "0.9"}, tmp_path) == {"package-0": ("0.9", "1.0")}
    reads = list[Path]()
    read_text = Path.read_text

    def counted(path: Path, **options: str) -> str:
        reads.append(path)
        return read_text(path, **options)

    monkeypatch.setattr(Path, "read_text", counted)
    moved({"package-0": "0.9"}, tmp_path)
    assert reads == []
    changed = tmp_path / "environments/0.txt"
    changed.write_text("package-0==0.9\n")
    os.utime(changed, ns=(0, 1))
    assert moved({"package-0": "0.9"}, tmp_path) == {}
    assert reads == [changed]


@pytest.mark.parametrize("name", [path.stem for path in environments.locks(ROOT)])
def test_ours_are_there_or_say_how_to_make_them(name: str) -> None:
    said = missing([name], ROOT)
    assert said is None or said.endswith("/ready")
