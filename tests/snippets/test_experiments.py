"""Every experiment runs, and its record is complete, current and computed from its samples."""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import StatisticsError
from typing import Any

import pytest
from tenacity import retry, retry_if_exception, stop_after_attempt

from lab import measure, record
from lab.atomic import replace_text
from lab.catalog import find, load
from lab.experiment import Experiment, Round
from lab.repository import ROOT
from lab.rounds import evaluate, judge, prepare, run_round
from lab.source import source_hash
from lab.testbed import rehearsal_testbed
from press.evidence.quantities import number
from press.experiments import speed
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
    restore = f"its runs count, so restore it with: git checkout -- {shown}"
    if not path.exists():
        return f"{shown} is missing; record it with: {renew}"
    try:
        found = record.read(path)
    except ValueError as error:
        reason = " ".join(str(error).split())
        return f"{shown} cannot be read: {reason}; {restore}"
    if found.source != source_hash(module, root):
        changed = f"{module.relative_to(root)}, or a module it imports, changed after"
        return f"{shown} is stale: {changed} it was recorded; renew it with: {renew}"
    experiment = load(module, root)
    for run in found.runs:
        if len(run.samples) != experiment.rounds * len(experiment.variants):
            return f"{shown} has an incomplete run, of {run.started}; {restore}"
        if not same(run.quantities, evaluate(name, experiment, rounds_of(run))):
            return f"{shown} does not follow from its samples; {restore}"
    if (found.quantities, found.claims) != judge(experiment, found.runs):
        return f"{shown} does not follow from its samples; {restore}"
    return None


def same(stored: Mapping[str, Sequence[float]], found: Mapping[str, Sequence[float]]) -> bool:
    """Whether all numbers are the same but for the last digits: `sum` rounds less since 3.12."""
    return stored.keys() == found.keys() and all(
        list(stored[key]) == pytest.approx(list(found[key]), rel=1e-12) for key in stored
    )


def rounds_of(run: record.Run) -> list[Round]:
    rounds: list[dict[str, dict[str, float]]] = [{} for _ in range(run.rounds)]
    for sample in run.samples:
        rounds[sample.round][sample.variant] = sample.values
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


@pytest.fixture
def sizes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """In small, a site of any size is one article: each kind of site is previewed once."""
    monkeypatch.setattr(speed, "_measure", cache(speed._measure))


@pytest.mark.timeout(240)  # one builds a whole site
@pytest.mark.usefixtures("services", "sizes_alike")
@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_runs_in_small(name: str) -> None:
    """Every variant returns every metric, and every quantity can be evaluated, in any order.

    Measurements shuffle the variants: one that needs what another left behind fails here.
    """
    experiment = load(find(ROOT)[name], ROOT)
    if experiment.environments:
        pytest.skip("its variants are rehearsed one by one, in environments that few have")
    rehearse(name, experiment)


def found_nothing(error: BaseException) -> bool:
    """Whether there was nothing to compute a ratio or a median from, or no statement to look at."""
    return isinstance(error.__cause__, ZeroDivisionError | StatisticsError | LookupError)


# A rehearsal is so small that a busy machine may leave a sample empty.
@retry(retry=retry_if_exception(found_nothing), stop=stop_after_attempt(3), reraise=True)
def rehearse(name: str, experiment: Experiment) -> None:
    with rehearsal_testbed(experiment) as testbed:
        prepare(name, experiment, testbed.setting)
        order = random.sample(list(experiment.variants), len(experiment.variants))
        rehearsed = run_round(name, experiment, testbed.setting, order)
    assert list(rehearsed) == order
    assert list(evaluate(name, experiment, [rehearsed])) == list(experiment.quantities)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_complete_and_current_and_follows_from_its_samples(name: str) -> None:
    if problem := problem_of(name, ROOT):
        pytest.fail(problem, pytrace=False)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_of_a_record_is_what_its_samples_give(name: str) -> None:
    """Computed again from the file alone, by other code than that which made it."""
    found = json.loads(record.record_path(name, ROOT).read_text(encoding="utf-8"))
    valid = [run for run in found["runs"] if run["void"] is None]
    for key, quantity in found["quantities"].items():
        by_run = [
            [
                value
                for number, value in enumerate(run["quantities"][key])
                if str(number) not in run["void_rounds"]
            ]
            for run in valid
        ]
        values = sorted(value for run in by_run for value in run)
        medians = sorted(middle(sorted(run)) for run in by_run if run)
        assert quantity["median"] == middle(values)
        assert (quantity["lowest_run"], quantity["highest_run"]) == (medians[0], medians[-1])
        cut = next(
            (cut for cut in range((len(values) - 1) // 2, 0, -1) if chance(values, cut) >= 0.95), 0
        )
        assert (quantity["low"], quantity["high"]) == (values[cut], values[-1 - cut])
        assert quantity["coverage"] == pytest.approx(chance(values, cut), abs=1e-12)
        assert number(f"{name}.{key}", ROOT).value == middle(values)
    for variant in found["variants"]:
        for metric in found["metrics"]:
            values = sorted(
                sample["values"][metric]
                for run in valid
                for sample in run["samples"]
                if sample["variant"] == variant
                and str(sample["round"]) not in run["void_rounds"]
                and metric in sample["values"]
            )
            if not values:  # the variant lacks it
                continue
            assert number(f"{name}.{metric}.{variant}", ROOT).value == middle(values)
    for claim in found["claims"]:
        quantity = found["quantities"][claim["quantity"]]
        ends = quantity["low"], quantity["high"]
        least = -math.inf if claim["at_least"] is None else claim["at_least"]
        most = math.inf if claim["at_most"] is None else claim["at_most"]
        inside = [least <= end <= most for end in ends]
        outside = ends[1] < least or ends[0] > most
        verdict = "holds" if all(inside) else "does not hold" if outside else "not settled"
        assert claim["verdict"] == verdict


def middle(ordered: list[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def chance(values: list[float], cut: int) -> float:
    """That the median lies between the values when so many are cut off at each end."""
    heads = [math.comb(len(values), count) for count in range(len(values) + 1)]
    return float(sum(heads[cut + 1 : len(values) - cut]) / 2 ** len(values))


@pytest.fixture
def recorded(tree: Tree) -> Tree:
    """A miniature with one experiment and its record."""
    tree.write("snippets/demo/rows.py", "ROWS = 4.0\n")
    tree.write("snippets/demo/experiments/load.py", EXPERIMENT)
    assert measure.main([], tree.root, tree.root / "lock", disturbance=lambda: None) == 0
    return tree


def test_a_record_just_made_has_no_problem(recorded: Tree) -> None:
    assert problem_of("demo-load", recorded.root) is None
    assert orphans(recorded.root) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda found: found["runs"][0].update(
                samples=found["runs"][0]["samples"][:2], quantities={"double": [8.0, 8.0]}
            ),
            "has an incomplete run",
        ),
        (lambda found: found.pop("claims"), "cannot be read"),
        (
            lambda found: found["runs"][0]["samples"][0]["values"].update(rows=5.0),
            "does not follow from",
        ),
        (
            lambda found: found["runs"][0]["quantities"].update(double=[8.0, 8.0, 9.0]),
            "does not follow from",
        ),
        (lambda found: found["quantities"]["double"].update(median=9.0), "does not follow from"),
        (lambda found: found["quantities"]["double"].update(coverage=0.95), "does not follow from"),
        (lambda found: found["claims"][0].update(verdict="not settled"), "does not follow from"),
        (lambda found: found["claims"][0].update(at_least=2.0), "does not follow from"),
        (lambda found: found["runs"][0].update(void="it looks bad"), "does not follow from"),
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
    assert said.endswith("restore it with: git checkout -- docs/measurements/demo-load.json")


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
