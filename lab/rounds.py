"""Running the variants of an experiment, checking what they return, and judging it."""

import asyncio
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from lab import record
from lab.experiment import Claim, Experiment, Quantity, Round, Setting
from lab.pooling import Pooled
from lab.record import Run, pooled_quantity
from lab.verdict import verdict

Result = TypeVar("Result")


class ExperimentError(Exception):
    """An experiment cannot be loaded, run or evaluated; the message is one line for its author."""


def prepare(name: str, experiment: Experiment, setting: Setting) -> None:
    """What the experiment does once, before its first round.

    Raises:
        ExperimentError: It raised.
    """
    if experiment.prepare:
        _run(f"{name}: prepare", experiment.prepare, setting)


def run_round(
    name: str,
    experiment: Experiment,
    setting: Setting,
    order: Sequence[str] | None = None,
    ran: Callable[[], object] = lambda: None,
) -> Round:
    """Run each variant once, each in an event loop of its own.

    Args:
        name: The measurement's name, for messages.
        experiment: What to run.
        setting: What each run is given.
        order: The variants in the order in which they run; by default that of the declaration.
        ran: Called after each run.

    Returns:
        What each variant measured, in the order in which they ran; without what it lacks.

    Raises:
        ExperimentError: A variant raised, or did not return a finite number for each metric.
    """
    values: dict[str, dict[str, float]] = {}
    for key in order or experiment.variants:
        doing = f"{name}: variant {key}"
        values[key] = _checked(
            doing,
            _run(doing, experiment.variants[key].run, setting),
            [
                metric
                for metric in experiment.metrics
                if metric not in experiment.variants[key].lacks
            ],
        )
        ran()
    return values


def evaluate(name: str, experiment: Experiment, rounds: Sequence[Round]) -> dict[str, list[float]]:
    """The value of every quantity in each round.

    Raises:
        ExperimentError: A quantity cannot be computed, or is not a finite number.
    """
    return {
        key: _quantity(f"{name}: quantity {key}", quantity, rounds)
        for key, quantity in experiment.quantities.items()
    }


def judge(
    experiment: Experiment, runs: Sequence[Run]
) -> tuple[dict[str, record.Quantity], list[record.Claim]]:
    """Every quantity over all rounds that count, and every claim judged by its interval.

    Both are empty where no round counts.
    """
    if not any(run.valid_rounds for run in runs):
        return {}, []
    quantities = {
        key: summary(quantity, pooled_quantity(key, runs))
        for key, quantity in experiment.quantities.items()
    }
    return quantities, [_claim(claim, quantities) for claim in experiment.claims]


def summary(quantity: Quantity, pooled: Pooled) -> record.Quantity:
    """What is published of a quantity."""
    low, high = pooled.interval
    return record.Quantity(
        label=quantity.label,
        unit=quantity.unit,
        digits=quantity.digits,
        median=pooled.median,
        low=low,
        high=high,
        coverage=pooled.coverage,
        lowest_run=min(pooled.run_medians),
        highest_run=max(pooled.run_medians),
    )


def brief(error: BaseException) -> str:
    """The error in one line: its kind, its message, and the line of a listing that met it."""
    while isinstance(error, BaseExceptionGroup):  # a task group hides what went wrong
        error = error.exceptions[0]
    message = " ".join(str(error).split())
    kind = type(error).__name__
    place = _place(error)
    return f"{kind}: {message}{place}" if message else f"{kind}{place}"


def _place(error: BaseException) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts
        if "snippets" in parts:
            return f" ({'/'.join(parts[parts.index('snippets') :])}:{frame.lineno})"
    return ""


def _run(doing: str, function: Callable[[Setting], Awaitable[Result]], setting: Setting) -> Result:
    async def run() -> Result:
        return await function(setting)

    try:
        return asyncio.run(run())
    except (Exception, asyncio.CancelledError) as error:
        raise ExperimentError(f"{doing} failed: {brief(error)}") from error


def _checked(doing: str, returned: Mapping[str, float], metrics: Sequence[str]) -> dict[str, float]:
    if not isinstance(returned, Mapping) or set(returned) != set(metrics):
        declared = ", ".join(sorted(metrics))
        got = ", ".join(sorted(returned)) if isinstance(returned, Mapping) else repr(returned)
        raise ExperimentError(f"{doing} returned {got or 'nothing'}; it declares {declared}")
    return {metric: _finite(f"{doing}: metric {metric}", returned[metric]) for metric in metrics}


def _finite(what: str, value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ExperimentError(f"{what} is {value!r}, not a finite number")
    return float(value)


def _quantity(doing: str, quantity: Quantity, rounds: Sequence[Round]) -> list[float]:
    values = []
    for number, samples in enumerate(rounds):
        try:
            value = quantity.of(samples)
        except Exception as error:
            problem = f"{doing} cannot be computed in round {number}: {brief(error)}"
            raise ExperimentError(problem) from error
        values.append(_finite(f"{doing} in round {number}", value))
    return values


def _claim(claim: Claim, quantities: Mapping[str, record.Quantity]) -> record.Claim:
    quantity = quantities[claim.quantity]
    return record.Claim(
        text=claim.text,
        quantity=claim.quantity,
        at_least=claim.at_least,
        at_most=claim.at_most,
        verdict=verdict((quantity.low, quantity.high), claim.at_least, claim.at_most),
    )
