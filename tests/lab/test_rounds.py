"""Running variants, checking what they return, judging claims."""

import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lab import record
from lab.experiment import Claim, Experiment, Metric, Quantity, Round, Setting, Values, Variant
from lab.rounds import ExperimentError, evaluate, judge, prepare, run_round

Run = Callable[[Setting], Awaitable[Values]]
HERE = Setting({})


def returning(value: Any) -> Run:
    async def run(setting: Setting) -> Values:
        return value  # type: ignore[no-any-return]

    return run


def raising(error: BaseException) -> Run:
    async def run(setting: Setting) -> Values:
        raise error

    return run


def experiment(*runs: Run, **more: Any) -> Experiment:
    return Experiment(
        question="How many rows?",
        conditions={},
        rounds=3,
        metrics={"rows": Metric("rows", "rows")},
        variants={f"v{number}": Variant("variant", run) for number, run in enumerate(runs)},
        **more,
    )


def ratio(rounds: Round) -> float:
    return rounds["v1"]["rows"] / rounds["v0"]["rows"]


def test_a_round_runs_every_variant_in_the_given_order_and_tells_of_each() -> None:
    ran: list[int] = []
    compared = experiment(returning({"rows": 4}), returning({"rows": 2.5}))
    found = run_round("demo", compared, HERE, ["v1", "v0"], lambda: ran.append(1))
    assert found == {"v0": {"rows": 4.0}, "v1": {"rows": 2.5}}
    assert list(found) == ["v1", "v0"]
    assert len(ran) == 2


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        ({"row": 1.0}, "demo: variant v0 returned row; it declares rows"),
        ({"rows": 1.0, "ms": 2.0}, "demo: variant v0 returned ms, rows; it declares rows"),
        ({}, "demo: variant v0 returned nothing; it declares rows"),
        (None, "demo: variant v0 returned None; it declares rows"),
        ({"rows": math.nan}, "demo: variant v0: metric rows is nan, not a finite number"),
        ({"rows": math.inf}, "demo: variant v0: metric rows is inf, not a finite number"),
        ({"rows": "4"}, "demo: variant v0: metric rows is '4', not a finite number"),
    ],
)
def test_a_variant_must_return_a_finite_number_for_each_metric(
    returned: object, sentence: str
) -> None:
    with pytest.raises(ExperimentError, match=f"^{re.escape(sentence)}$"):
        run_round("demo", experiment(returning(returned)), HERE)


def test_a_variant_returns_no_metric_that_it_lacks() -> None:
    compared = experiment(returning({"rows": 1}), returning({}))
    lacking = replace(compared.variants["v1"], lacks=frozenset({"rows"}))
    compared = replace(compared, variants={**compared.variants, "v1": lacking})
    assert run_round("demo", compared, HERE) == {"v0": {"rows": 1.0}, "v1": {}}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("no\n  rows"), "ValueError: no rows"),
        (ExceptionGroup("g", [ExceptionGroup("h", [OSError("refused")])]), "OSError: refused"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_variant_that_raises_is_named_with_the_error_in_one_line(
    error: Exception, sentence: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        run_round("demo", experiment(raising(error)), HERE)
    place = r" \(snippets/test_rounds.py:\d+\)|"  # nothing, unless the path of this file has it
    expected = f"demo: variant v0 failed: {re.escape(sentence)}({place})"
    assert re.fullmatch(expected, str(caught.value))


def test_a_cancelled_variant_failed() -> None:
    import asyncio

    with pytest.raises(ExperimentError, match="variant v0 failed: CancelledError"):
        run_round("demo", experiment(raising(asyncio.CancelledError())), HERE)


def test_what_prepares_is_given_the_setting() -> None:
    seen: list[Setting] = []

    async def fill(setting: Setting) -> None:
        seen.append(setting)

    prepare("demo", experiment(returning({}), prepare=fill), HERE)
    assert seen == [HERE]


def test_a_preparation_that_raises_is_named() -> None:
    failing = experiment(returning({}), prepare=raising(ValueError("no table")))
    with pytest.raises(ExperimentError, match=r"^demo: prepare failed: ValueError: no table"):
        prepare("demo", failing, HERE)


def test_a_quantity_is_computed_within_each_round() -> None:
    compared = experiment(
        returning({}),
        returning({}),
        quantities={"ratio": Quantity("ratio", unit="×", of=ratio, digits=1)},
    )
    rounds = [
        {"v0": {"rows": slow}, "v1": {"rows": fast}} for slow, fast in [(1, 2), (2, 6), (10, 90)]
    ]
    assert evaluate("demo", compared, rounds) == {"ratio": [2.0, 3.0, 9.0]}


def a_run(*values: float, **more: Any) -> record.Run:
    return record.Run(
        started=datetime(2026, 11, 20, tzinfo=UTC),
        duration_s=1.0,
        harness=2,
        seed=1,
        machine=record.Machine(cpu="x", cores=2, memory_gib=1.0, os="x"),
        versions={},
        server_settings={},
        samples=[
            record.Sample(round=number, variant="v0", values={}) for number in range(len(values))
        ],
        quantities={"ratio": list(values)},
        **more,
    )


def test_claims_are_judged_by_the_interval_over_all_rounds_that_count() -> None:
    compared = experiment(
        returning({}),
        quantities={"ratio": Quantity("ratio", unit="×", of=ratio, digits=1)},
        claims=(
            Claim("at least two", quantity="ratio", at_least=2.0),
            Claim("at least five", quantity="ratio", at_least=5.0),
            Claim("at least ten", quantity="ratio", at_least=10.0),
        ),
    )
    runs = [
        a_run(2.0, 3.0, 9.0),
        a_run(4.0, 5.0, 100.0, void_rounds={2: "the generator was late"}),
        a_run(0.1, 0.1, 0.1, void="the machine was busy"),
    ]
    quantities, claims = judge(compared, runs)
    assert quantities["ratio"] == record.Quantity(
        label="ratio",
        unit="×",
        digits=1,
        median=4.0,
        low=2.0,
        high=9.0,
        coverage=0.9375,
        lowest_run=3.0,
        highest_run=4.5,
    )
    assert [claim.verdict for claim in claims] == ["holds", "not settled", "does not hold"]


def test_where_nothing_counts_nothing_is_said() -> None:
    compared = experiment(
        returning({}), quantities={"ratio": Quantity("ratio", unit="×", of=ratio)}
    )
    assert judge(compared, [a_run(1.0, void="the machine was busy")]) == ({}, [])


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        (lambda r: r["v9"]["rows"], "demo: quantity q cannot be computed in round 0: KeyError"),
        (lambda r: math.inf, "demo: quantity q in round 0 is inf, not a finite number"),
    ],
)
def test_a_quantity_that_is_not_a_number_is_named(
    of: Callable[[Round], float], sentence: str
) -> None:
    compared = experiment(returning({}), quantities={"q": Quantity("q", unit="", of=of)})
    with pytest.raises(ExperimentError, match=f"^{re.escape(sentence)}"):
        evaluate("demo", compared, [{"v0": {"rows": 1.0}}])
