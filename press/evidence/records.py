"""The recorded measurements: one JSON file an experiment, written by a run and only read here."""

from __future__ import annotations

import datetime
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, NoReturn

from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lab.distributions import LANGUAGE, SERVERS, locked_name
from press.problems import ProblemError, close_and_existing
from press.repository import LOCK, MEASUREMENTS

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_NOT_LOCKED = frozenset({LANGUAGE, *SERVERS})

Number = Annotated[float, Field(allow_inf_nan=False)]


class MeasurementError(ProblemError):
    """A measurement cannot be shown as asked."""


class RecordError(MeasurementError):
    """The record itself cannot be shown, whatever is asked of it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(_Part):
    """What the runs ran on."""

    cpu: str
    cores: int
    memory_gib: Number
    os: str


class Metric(_Part):
    """What each run of a variant measured."""

    label: str
    unit: str


class Variant(_Part):
    """One of the things compared.

    Attributes:
        label: its name in figures and tables.
        x: its position on a numeric axis, if it has one.
        baseline: whether the others are compared with it.
    """

    label: str
    x: Number | None = None
    baseline: bool = False


class Sample(_Part):
    """What one run of one variant measured, by metric."""

    round: int
    variant: str
    values: dict[str, Number]


class Quantity(_Part):
    """A number derived from all variants, once a round: a ratio, a difference."""

    label: str
    unit: str
    digits: int = Field(ge=1)
    values: Annotated[tuple[Number, ...], Field(min_length=1)]
    median: Number
    low: Number
    high: Number


class Claim(_Part):
    """What the experiment set out to show, and whether the runs bear it out."""

    text: str
    quantity: str
    at_least: Number | None = None
    at_most: Number | None = None
    observed: Number
    holds: bool


class Record(_Part):
    """One recorded measurement, docs/measurements/NAME.json."""

    name: str
    module: str
    question: str
    source: str
    recorded: datetime.datetime
    duration_s: Number
    complete: bool
    rounds: int
    machine: Machine
    versions: dict[str, str]
    server_settings: dict[str, object]
    conditions: dict[str, object]
    metrics: dict[str, Metric]
    variants: dict[str, Variant]
    samples: list[Sample]
    quantities: dict[str, Quantity]
    claims: list[Claim]

    @model_validator(mode="after")
    def _refer_to_what_exists(self) -> Record:
        for at, sample in enumerate(self.samples):
            if sample.variant not in self.variants:
                raise ValueError(f"samples.{at}.variant: no variant is named {sample.variant!r}")
            for metric in sample.values.keys() - self.metrics.keys():
                raise ValueError(f"samples.{at}.values: no metric is named {metric!r}")
        for at, claim in enumerate(self.claims):
            if claim.quantity not in self.quantities:
                raise ValueError(f"claims.{at}.quantity: no quantity is named {claim.quantity!r}")
        return self

    @property
    def command(self) -> str:
        """The command that records it anew."""
        return f"make measure NAME={self.name}"

    def quantity(self, name: str) -> Quantity:
        """A derived number by its name.

        Raises:
            MeasurementError: naming the quantities that exist.
        """
        if name not in self.quantities:
            _unknown("quantity", name, self.quantities, of=self.name)
        return self.quantities[name]

    def metric(self, name: str) -> Metric:
        """A metric by its name.

        Raises:
            MeasurementError: naming the metrics that exist.
        """
        if name not in self.metrics:
            _unknown("metric", name, self.metrics, of=self.name)
        return self.metrics[name]

    def variant(self, name: str) -> Variant:
        """A variant by its name.

        Raises:
            MeasurementError: naming the variants that exist.
        """
        if name not in self.variants:
            _unknown("variant", name, self.variants, of=self.name)
        return self.variants[name]

    def values(self, metric: str, variant: str) -> tuple[float, ...]:
        """What every run of a variant measured of a metric, in the order of the rounds.

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

    def measured(self, metric: str, variant: str) -> tuple[float, ...] | None:
        """As `values`, but None where the variant did not measure the metric.

        Raises:
            MeasurementError: for an unknown name.
        """
        self.metric(metric)
        self.variant(variant)
        values = tuple(
            sample.values[metric]
            for sample in sorted(self.samples, key=lambda sample: sample.round)
            if sample.variant == variant and metric in sample.values
        )
        return values or None


@dataclass(frozen=True)
class Spread:
    """The median of several runs with the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def digits(self, value: float) -> int | None:
        """The significant digits of one of its values that are worth showing.

        All of them for a count that never varies, else three; four from 1,000 to 9,999, which are
        read at a glance.
        """
        if self.low == self.high:
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
    """Read a record that may be published: complete, and made by the source as it is now.

    Raises:
        MeasurementError: if there is none of that name.
        RecordError: if it is not a record, is incomplete or is stale.
    """
    record = load(name, root)
    if not record.complete:
        raise RecordError(
            f"measurement {name!r} is incomplete: it was interrupted after {record.rounds} rounds",
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
            f"changed after {record.recorded:%Y-%m-%d}",
            f"Run `{record.command}`.",
        )
    return record


def drift(record: Record, root: Path = Path()) -> list[str]:
    """How the libraries of a record differ from the locked ones, one sentence part for each.

    A distribution that the lock pins twice, by platform or Python, may be at either version.
    """
    path = (root / LOCK).absolute()
    if not path.is_file():
        return []
    locked = _locked(path, path.stat().st_mtime_ns)
    return [
        f"recorded on {name} {version}, locked is {' or '.join(sorted(pinned))}"
        for name, version in record.versions.items()
        if name not in _NOT_LOCKED
        and (pinned := locked.get(locked_name(name)))
        and version not in pinned
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


@lru_cache(maxsize=4)
def _locked(path: Path, _mtime_ns: int) -> dict[str, set[str]]:
    """The versions that a lock pins, by canonical distribution name."""
    locked: dict[str, set[str]] = {}
    for name, version in _PINNED.findall(path.read_text(encoding="utf-8")):
        locked.setdefault(canonicalize_name(name), set()).add(version)
    return locked


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
