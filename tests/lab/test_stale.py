"""Which records want a new run, and why."""

from pathlib import Path

import pytest

from lab import record
from lab.atomic import replace_text
from lab.lock import minor, moved
from lab.measure import main
from lab.stale import stale
from tests.miniature import Tree

pytestmark = pytest.mark.usefixtures("bound")

EXPERIMENT = """
    from lab.experiment import Experiment, Metric, Setting, Values, Variant

    async def run(setting: Setting) -> Values:
        return {"rows": 1.0}

    EXPERIMENT = Experiment(
        question="How many rows?", conditions={}, rounds=3,
        metrics={"rows": Metric("rows", "")}, variants={"one": Variant("one", run)},
    )
"""


@pytest.fixture
def module(tree: Tree) -> Path:
    """An experiment whose record is fresh."""
    path = tree.write("snippets/demo/experiments/rows.py", EXPERIMENT)
    assert main([], tree.root, tree.root / "lock", disturbance=lambda: None) == 0
    return path


def of(tree: Tree, module: Path) -> str | None:
    return stale("demo-rows", module, tree.root)


def measured_with(tree: Tree, **versions: str) -> None:
    path = record.record_path("demo-rows", tree.root)
    found = record.read(path)
    run = found.runs[0].model_copy(update={"versions": versions})
    record.write(path, found.model_copy(update={"runs": [run]}))


def test_a_fresh_record_wants_nothing(tree: Tree, module: Path) -> None:
    assert of(tree, module) is None


def test_a_changed_source_does(tree: Tree, module: Path) -> None:
    tree.write("snippets/demo/experiments/rows.py", EXPERIMENT.replace("1.0", "2.0"))
    said = "snippets/demo/experiments/rows.py, or a module it imports, changed since"
    assert of(tree, module) == said


def test_a_missing_record_does(tree: Tree, module: Path) -> None:
    record.record_path("demo-rows", tree.root).unlink()
    assert of(tree, module) == "there is no record"


def test_what_is_not_a_record_does(tree: Tree, module: Path) -> None:
    replace_text(record.record_path("demo-rows", tree.root), "{}")
    assert of(tree, module) == "docs/measurements/demo-rows.json is not a record"


def test_a_record_of_which_no_run_counts_does(tree: Tree, module: Path) -> None:
    record.record_path("demo-rows", tree.root).unlink()
    main([], tree.root, tree.root / "lock", disturbance=lambda: "busy")
    assert of(tree, module) == "no run of it counts"


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ("0.31.5", "measured with asyncpg 0.31.5, locked is 0.32.1"),
        ("0.32.0", None),
        ("0.33.0", "measured with asyncpg 0.33.0, locked is 0.32.1"),
        ("1.32.1", "measured with asyncpg 1.32.1, locked is 0.32.1"),
    ],
)
def test_a_record_of_another_minor_version_than_the_locked_does(
    tree: Tree, module: Path, measured: str, said: str | None
) -> None:
    (tree.root / "requirements.txt").write_text("asyncpg==0.32.1 \\\n    --hash=x\n")
    measured_with(tree, asyncpg=measured, python="3.11.7", redis="8.2")
    assert of(tree, module) == said


def test_a_version_without_a_second_part_has_zero() -> None:
    assert minor("3") == minor("3.0.9") == ("3", "0")


def test_without_a_lock_nothing_has_moved(tmp_path: Path) -> None:
    assert moved({"asyncpg": "0.1"}, tmp_path) == {}
