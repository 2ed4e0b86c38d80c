"""Running the variants of an experiment, checking what they return, and judging it."""

import asyncio
import math
import statistics
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from lab.experiment import Claim, Experiment, Quantity, Round, Setting
from lab.record import ClaimRecord, QuantityRecord

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
    ran: Callable[[], object] = lambda: None,
) -> Round:
    """Run each variant once, in order, each in an event loop of its own.

    Args:
        name: The measurement's name, for messages.
        experiment: What to run.
        setting: What each run is given.
        ran: Called after each run.

    Raises:
        ExperimentError: A variant raised, or did not return a finite number for each metric.
    """
    values: dict[str, dict[str, float]] = {}
    for key, variant in experiment.variants.items():
        doing = f"{name}: variant {key}"
        values[key] = _checked(doing, _run(doing, variant.run, setting), experiment)
        ran()
    return values


def evaluate(
    name: str, experiment: Experiment, rounds: Sequence[Round]
) -> tuple[dict[str, QuantityRecord], list[ClaimRecord]]:
    """Every quantity over the rounds, and every claim judged on a quantity's median.

    Raises:
        ExperimentError: A quantity cannot be computed, or is not a finite number.
    """
    quantities = {
        key: _quantity(f"{name}: quantity {key}", quantity, rounds)
        for key, quantity in experiment.quantities.items()
    }
    return quantities, [_claim(claim, quantities) for claim in experiment.claims]


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


def _checked(doing: str, returned: Mapping[str, float], experiment: Experiment) -> dict[str, float]:
    if not isinstance(returned, Mapping) or set(returned) != set(experiment.metrics):
        declared = ", ".join(sorted(experiment.metrics))
        got = ", ".join(sorted(returned)) if isinstance(returned, Mapping) else repr(returned)
        raise ExperimentError(f"{doing} returned {got or 'nothing'}; it declares {declared}")
    return {
        metric: _finite(f"{doing}: metric {metric}", returned[metric])
        for metric in experiment.metrics
    }


def _finite(what: str, value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ExperimentError(f"{what} is {value!r}, not a finite number")
    return float(value)


def _quantity(doing: str, quantity: Quantity, rounds: Sequence[Round]) -> QuantityRecord:
    values = []
    for number, samples in enumerate(rounds):
        try:
            value = quantity.of(samples)
        except Exception as error:
            problem = f"{doing} cannot be computed in round {number}: {brief(error)}"
            raise ExperimentError(problem) from error
        values.append(_finite(f"{doing} in round {number}", value))
    return QuantityRecord(
        label=quantity.label,
        unit=quantity.unit,
        digits=quantity.digits,
        values=values,
        median=statistics.median(values),
        low=min(values),
        high=max(values),
    )


def _claim(claim: Claim, quantities: Mapping[str, QuantityRecord]) -> ClaimRecord:
    observed = quantities[claim.quantity]["median"]
    return ClaimRecord(
        text=claim.text,
        quantity=claim.quantity,
        at_least=claim.at_least,
        at_most=claim.at_most,
        observed=observed,
        holds=claim.holds(observed),
    )
