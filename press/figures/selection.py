"""Which of a record's variants a figure shows, and the roles in which it shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from press.evidence.records import MeasurementError, Record
from press.problems import close_and_existing

BASELINE = "baseline"
_ROLES = ("ours", "second", "third")


def chosen(record: Record, patterns: str | Sequence[str] | None) -> list[str]:
    """The variants that are meant, in the order asked for.

    Args:
        record: the measurement.
        patterns: names of variants, or patterns such as `pool-*`; None for all variants.

    Raises:
        MeasurementError: for a name or pattern that fits no variant.
    """
    if patterns is None:
        return list(record.variants)
    names: dict[str, None] = {}
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        fitting = [name for name in record.variants if fnmatchcase(name, pattern)]
        if not fitting:
            record.variant(pattern)
        names.update(dict.fromkeys(fitting))
    return list(names)


def roles(labels: Sequence[str], baselines: set[str]) -> dict[str, str]:
    """The role of each of several lines: one color and one stroke for each.

    Raises:
        MeasurementError: for more lines than a reader tells apart.
    """
    ours = [label for label in labels if label not in baselines]
    if len(ours) > len(_ROLES) or len(labels) - len(ours) > 1:
        raise MeasurementError(
            f"{len(labels)} lines in one figure: a reader tells {len(_ROLES)} and a baseline apart",
            "Choose fewer, or draw two figures.",
        )
    return dict(zip(ours, _ROLES, strict=False)) | dict.fromkeys(
        [label for label in labels if label in baselines], BASELINE
    )


def known(kind: str, name: str, existing: Sequence[str]) -> None:
    """Refuse a name that is not one of those that exist.

    Raises:
        MeasurementError: naming those that exist.
    """
    if name not in existing:
        raise MeasurementError(f"no {kind} is named {name!r}", close_and_existing(name, existing))


def positive(shown: Sequence[Iterable[float]], axis: str) -> None:
    """Refuse values that a logarithmic axis cannot show.

    Raises:
        MeasurementError: if a value is zero or below.
    """
    if any(min(values) <= 0 for values in shown):
        raise MeasurementError(
            f"a value on the {axis} axis is zero or below, which a logarithmic axis cannot show",
            f"Leave out log_{axis}.",
        )
