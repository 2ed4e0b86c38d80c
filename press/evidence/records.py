"""The recorded measurements: one JSON file an experiment, written by a run and only read here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from lab import record as recorded
from lab.lock import minor, moved
from lab.pooling import FEWEST_RUNS, Pooled, begun_apart
from press.problems import ProblemError, close_and_existing
from press.repository import MEASUREMENTS


class MeasurementError(ProblemError):
    """A measurement cannot be shown as asked."""


class RecordError(MeasurementError):
    """The record itself cannot be shown, whatever is asked of it."""


class Record(recorded.Record):
    """One recorded measurement, docs/measurements/NAME.json, as `lab.record` defines it."""

    @property
    def command(self) -> str:
        """The command that records it anew."""
        return f"make measure NAME={self.name}"

    def quantity(self, name: str) -> recorded.Quantity:
        """A derived number by its name.

        Raises:
            MeasurementError: naming the quantities that exist.
        """
        if name not in self.quantities:
            _unknown("quantity", name, self.quantities, of=self.name)
        return self.quantities[name]

    def metric(self, name: str) -> recorded.Metric:
        """A metric by its name.

        Raises:
            MeasurementError: naming the metrics that exist.
        """
        if name not in self.metrics:
            _unknown("metric", name, self.metrics, of=self.name)
        return self.metrics[name]

    def variant(self, name: str) -> recorded.Variant:
        """A variant by its name.

        Raises:
            MeasurementError: naming the variants that exist.
        """
        if name not in self.variants:
            _unknown("variant", name, self.variants, of=self.name)
        return self.variants[name]

    def values(self, metric: str, variant: str) -> Pooled:
        """What all rounds that count measured of a metric of a variant.

        Raises:
            MeasurementError: for an unknown name, or a variant that did not measure the metric.
        """
        values = self.measured(metric, variant)
        if values is None:
            have = [other for other in self.metrics if self.measured(other, variant)]
            raise MeasurementError(
                f"variant {variant!r} of {self.name!r} did not measure {metric!r}",
                f"It measured: {', '.join(have) or 'nothing'}.",
            )
        return values

    def measured(self, metric: str, variant: str) -> Pooled | None:
        """As `values`, but None where the variant did not measure the metric.

        Raises:
            MeasurementError: for an unknown name.
        """
        self.metric(metric)
        self.variant(variant)
        return self.pooled(metric, variant)

    @property
    def wanting(self) -> int:
        """How many runs it has, begun ten minutes apart, if that is too few; else 0."""
        apart = begun_apart([run.started for run in self.valid_runs])
        return apart if apart < FEWEST_RUNS else 0


def digits(values: Iterable[float], value: float, asked: int | None = None) -> int | None:
    """The significant digits of one of several measured values that are worth showing.

    All of them for a count, whose values are whole, and for what never varies. Else as many as are
    asked for, or three; four from 1,000 to 9,999, which are read at a glance.
    """
    values = list(values)
    if all(one == int(one) and abs(one) < 1_000 for one in values):
        return None
    if asked:
        return asked
    if min(values) == max(values):
        return None
    return 4 if 1_000 <= abs(value) < 10_000 else 3


def load(name: str, root: Path = Path()) -> Record:
    """Read a record; read again only after its file changed.

    Args:
        name: the measurement, such as `pool-sizing`.
        root: the repository.

    Raises:
        MeasurementError: if there is none of that name.
        RecordError: if the file is not a record, naming the file and the field.
    """
    path = (root / MEASUREMENTS / f"{name}.json").absolute()
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise MeasurementError(
            f"no measurement is named {name!r}",
            f"{close_and_existing(name, names(root))} "
            f"If it is new, run `make measure NAME={name}`.",
        ) from None
    return _load(path, name, changed)


def names(root: Path = Path()) -> list[str]:
    """The measurements that are recorded, in alphabetical order."""
    return sorted(path.stem for path in (root / MEASUREMENTS).glob("*.json"))


def current(name: str, root: Path = Path()) -> Record:
    """Read a record that may be published: with a run that counts, by the source as it is now.

    Raises:
        MeasurementError: if there is none of that name.
        RecordError: if it is not a record, no run of it counts, or it is stale.
    """
    record = load(name, root)
    if not record.valid_runs:
        raise RecordError(
            f"no run of measurement {name!r} counts: {record.last.void or 'its rounds are void'}",
            f"Run `{record.command}`.",
        )
    module = Path(*record.module.split(".")).with_suffix(".py")
    try:
        source = _source_hash(root, module)
    except FileNotFoundError:
        raise RecordError(
            f"measurement {name!r} was made by {module.as_posix()}, which does not exist",
            "Restore the experiment, or delete the record.",
        ) from None
    except SyntaxError as error:
        raise RecordError(
            f"measurement {name!r} was made by {module.as_posix()}, which is not Python: {error}",
            f"Fix it, then run `{record.command}`.",
        ) from None
    if source != record.source:
        raise RecordError(
            f"measurement {name!r} is stale: {module.as_posix()} or a module it imports "
            f"changed after {record.last.started:%Y-%m-%d}",
            f"Run `{record.command}`.",
        )
    return record


def drift(record: Record, root: Path = Path()) -> list[str]:
    """With which libraries it was measured, where the lock has moved on, a sentence part for each.

    Only a new minor version counts, and only what the newest run was measured with: it is what
    `make measure STALE=1` renews.
    """
    return [
        f"measured with {name} {'.'.join(minor(version))}, locked is {locked}"
        for name, (version, locked) in moved(record.last.versions, root).items()
    ]


def _unknown(kind: str, name: str, existing: Iterable[str], of: str) -> NoReturn:
    raise MeasurementError(
        f"no {kind} is named {name!r} in measurement {of!r}", close_and_existing(name, existing)
    )


@lru_cache(maxsize=1024)
def _load(path: Path, name: str, _mtime_ns: int) -> Record:
    shown = f"{MEASUREMENTS}/{name}.json"
    remedy = f"Run `make measure NAME={name}`; records are not edited by hand."
    try:
        record = Record.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        where = f"{shown}: {field}" if field else shown
        raise RecordError(f"{where}: {message}", remedy) from None
    if record.name != name:
        raise RecordError(f"{shown}: name: it says {record.name!r}", remedy)
    return record


def _source_hash(root: Path, module: Path) -> str:
    """The source hash of a module, computed again only after a file behind it changed."""
    # Imported late: a page without measurements needs none of the instruments.
    from lab.source import modules, source_hash

    path = (root / module).absolute()
    seen, known = _hashes.get(path, ({}, ""))
    if not seen or any(_changed(file) != at for file, at in seen.items()):
        seen = {file: _changed(file) for file in modules(path, root.absolute()).values()}
        known = source_hash(path, root.absolute())
        _hashes[path] = seen, known
    return known


# Of each module: when the files behind it changed last, and its hash at that time.
_hashes: dict[Path, tuple[dict[Path, int], str]] = {}


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
