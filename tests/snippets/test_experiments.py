"""Every experiment runs, and its record is complete, current and computed from its samples."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import record
from lab.atomic import replace_text
from lab.catalog import find, load
from lab.experiment import Round
from lab.measure import main
from lab.repository import ROOT
from lab.rounds import evaluate, prepare, run_round
from lab.source import source_hash
from lab.testbed import rehearsal_testbed
from tests.miniature import Tree

NAMES = sorted(find(ROOT))

EXPERIMENT = """
    from lab.experiment import Claim, Experiment, Metric, Quantity, Setting, Values, Variant
    from snippets.demo.rows import ROWS

    async def run(setting: Setting) -> Values:
        return {"rows": ROWS}

    EXPERIMENT = Experiment(
        question="How many rows?", conditions={}, rounds=3,
        metrics={"rows": Metric("rows", "")}, variants={"one": Variant("one", run)},
        quantities={"double": Quantity("double", unit="", of=lambda r: 2 * r["one"]["rows"])},
        claims=(Claim("more than one row", quantity="double", at_least=2.5),),
    )
"""


def problem_of(name: str, root: Path) -> str | None:
    """Why the record of an experiment may not be published, if it may not."""
    path, module = record.record_path(name, root), find(root)[name]
    renew = f"make measure NAME={name}"
    shown = path.relative_to(root)
    if not path.exists():
        return f"{shown} is missing; record it with: {renew}"
    try:
        found = record.read(path)
    except ValueError as error:
        return f"{shown} cannot be read: {error}; renew it with: {renew}"
    if not found["complete"]:
        return f"{shown} is incomplete; renew it with: {renew}"
    if found["source"] != source_hash(module, root):
        changed = f"{module.relative_to(root)}, or a module it imports, changed after"
        return f"{shown} is stale: {changed} it was recorded; renew it with: {renew}"
    quantities, claims = evaluate(name, load(module, root), rounds_of(found))
    if (quantities, claims) != (found["quantities"], found["claims"]):
        return f"{shown} does not follow from its samples; renew it with: {renew}"
    return None


def rounds_of(found: record.Record) -> list[Round]:
    rounds: list[dict[str, dict[str, float]]] = [{} for _ in range(found["rounds"])]
    for sample in found["samples"]:
        rounds[sample["round"]][sample["variant"]] = sample["values"]
    return list(rounds)


def orphans(root: Path) -> list[str]:
    """Records whose experiment is gone, one sentence each."""
    known = find(root)
    records = sorted((root / "docs" / "measurements").glob("*.json"))
    return [
        f"{path.relative_to(root)}: no experiment has this name. Delete it."
        for path in records
        if path.stem not in known
    ]


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_runs_in_small(name: str, services: None) -> None:
    """Every variant returns every metric, and every quantity and claim can be evaluated."""
    experiment = load(find(ROOT)[name], ROOT)
    with rehearsal_testbed(experiment) as testbed:
        prepare(name, experiment, testbed.setting)
        rehearsed = run_round(name, experiment, testbed.setting)
    quantities, claims = evaluate(name, experiment, [rehearsed])
    assert list(rehearsed) == list(experiment.variants)
    assert list(quantities) == list(experiment.quantities)
    assert len(claims) == len(experiment.claims)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_complete_and_current_and_follows_from_its_samples(name: str) -> None:
    if problem := problem_of(name, ROOT):
        pytest.fail(problem, pytrace=False)


@pytest.fixture
def recorded(tree: Tree) -> Tree:
    """A miniature with one experiment and its record."""
    tree.write("snippets/demo/rows.py", "ROWS = 4.0\n")
    tree.write("snippets/demo/experiments/load.py", EXPERIMENT)
    assert main([], tree.root, tree.root / "lock") == 0
    return tree


def test_a_record_just_made_has_no_problem(recorded: Tree) -> None:
    assert problem_of("demo-load", recorded.root) is None
    assert orphans(recorded.root) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda found: found.update(complete=False), "is incomplete; renew it with"),
        (lambda found: found.pop("claims"), "cannot be read: demo-load.json is not a record"),
        (lambda found: found["samples"][0]["values"].update(rows=5.0), "does not follow from"),
        (lambda found: found["quantities"]["double"].update(median=9.0), "does not follow from"),
        (lambda found: found["claims"][0].update(holds=False), "does not follow from"),
        (lambda found: found["claims"][0].update(at_least=2.0), "does not follow from"),
    ],
)
def test_a_record_that_somebody_changed_is_named(
    recorded: Tree, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    path = record.record_path("demo-load", recorded.root)
    found = json.loads(path.read_text(encoding="utf-8"))
    change(found)
    replace_text(path, json.dumps(found))
    said = problem_of("demo-load", recorded.root) or ""
    assert said.startswith(f"docs/measurements/demo-load.json {problem}")
    assert said.endswith("make measure NAME=demo-load")


def test_a_record_is_stale_after_a_change_of_what_its_experiment_imports(recorded: Tree) -> None:
    recorded.write("snippets/demo/rows.py", "ROWS = 5.0\n")
    assert problem_of("demo-load", recorded.root) == (
        "docs/measurements/demo-load.json is stale: snippets/demo/experiments/load.py, or a module "
        "it imports, changed after it was recorded; renew it with: make measure NAME=demo-load"
    )


def test_an_experiment_without_a_record_is_named(recorded: Tree) -> None:
    record.record_path("demo-load", recorded.root).unlink()
    assert problem_of("demo-load", recorded.root) == (
        "docs/measurements/demo-load.json is missing; record it with: make measure NAME=demo-load"
    )


def test_a_record_without_an_experiment_is_named(recorded: Tree) -> None:
    (recorded.root / "snippets/demo/experiments/load.py").unlink()
    assert orphans(recorded.root) == [
        "docs/measurements/demo-load.json: no experiment has this name. Delete it."
    ]


def test_every_record_has_an_experiment() -> None:
    assert "\n".join(orphans(ROOT)) == ""


def test_every_module_beside_an_experiment_is_one() -> None:
    """Discovery misses nothing: there are as many experiments as modules."""
    modules = [
        path
        for path in [
            *ROOT.glob("snippets/**/experiments/*.py"),
            *ROOT.glob("press/**/experiments/*.py"),
        ]
        if not path.name.startswith("_")
    ]
    assert sorted(find(ROOT).values()) == sorted(modules)
