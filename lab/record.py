"""Records of measurements: what is in them, where they are kept, on what they were made.

A record is all runs of one source. This module is its one definition: `lab.measure` writes
records, `press.evidence.records` reads them, and both by these classes.
"""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lab.atomic import replace_text
from lab.pooling import Pooled
from lab.verdict import Verdict

# How samples were taken; each run tells it, so that runs of different ways can be told apart.
# 1: each variant once a round, in the order in which the experiment declares them.
# 2: in random order within each round, by the seed that is in the run.
HARNESS = 2

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(_Part):
    """What a run ran on; enough to judge it, too little to find it."""

    cpu: str
    cores: int
    memory_gib: Number
    os: str


class Metric(_Part):
    """What every run of a variant measured."""

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
    """What one variant measured in one round, by metric."""

    round: int
    variant: str
    values: dict[str, Number]


class Run(_Part):
    """One run of an experiment: every round of it, valid or not.

    Attributes:
        started: when it began, after the servers had started.
        duration_s: how long it took, in seconds.
        harness: how samples were taken, a number of `HARNESS`.
        seed: of the order of the variants; None where they had the order of their declaration.
        machine: what it ran on.
        versions: of the interpreter, the servers and the libraries.
        server_settings: what decides what the speed of the servers means.
        samples: in the order in which they were taken.
        quantities: the value of each quantity in each round.
        void: why the run does not count; None if it does. The reason does not depend on its result.
        void_rounds: why single rounds do not count, by their number.
    """

    started: datetime
    duration_s: Number
    harness: int
    seed: int | None
    machine: Machine
    versions: dict[str, str]
    server_settings: dict[str, str]
    samples: list[Sample]
    quantities: dict[str, list[Number]]
    void: str | None = None
    void_rounds: dict[int, str] = {}

    @property
    def rounds(self) -> int:
        """How many rounds it has, void ones included."""
        return 1 + max((sample.round for sample in self.samples), default=-1)

    @property
    def valid_rounds(self) -> list[int]:
        """The numbers of the rounds that count."""
        if self.void is not None:
            return []
        return [number for number in range(self.rounds) if number not in self.void_rounds]


class Quantity(_Part):
    """A number derived from all variants, once a round, over all rounds that count.

    Attributes:
        label: what figures call it.
        unit: its unit, such as "×".
        digits: how many significant digits are shown.
        median: over all valid rounds of all valid runs.
        low: the lower end of the interval of the median.
        high: the upper end.
        coverage: the probability with which the interval holds the true median, 0 to 1.
        lowest_run: the lowest median of a run.
        highest_run: the highest.
    """

    label: str
    unit: str
    digits: int = Field(ge=1)
    median: Number
    low: Number
    high: Number
    coverage: Number
    lowest_run: Number
    highest_run: Number


class Claim(_Part):
    """What the experiment set out to show, and whether the runs bear it out."""

    text: str
    quantity: str
    at_least: Number | None = None
    at_most: Number | None = None
    verdict: Verdict


class Earlier(_Part):
    """What a record of an earlier source said: its claims do not disappear with it.

    Attributes:
        source: its hash.
        last: when its last run began.
        runs: how many runs counted.
        rounds: how many rounds counted, over all runs.
        quantities: those that were claimed of.
        claims: with the verdicts that they had.
    """

    source: str
    last: datetime
    runs: int
    rounds: int
    quantities: dict[str, Quantity]
    claims: list[Claim]


class Record(_Part):
    """All runs of one source, what follows from them, and what earlier sources said."""

    name: str
    module: str
    question: str
    source: str
    conditions: dict[str, object]
    metrics: dict[str, Metric]
    variants: dict[str, Variant]
    runs: list[Run]
    quantities: dict[str, Quantity]
    claims: list[Claim]
    history: list[Earlier] = []

    @model_validator(mode="after")
    def _refer_to_what_exists(self) -> "Record":
        if not self.runs:
            raise ValueError("runs: there is none")
        for at, run in enumerate(self.runs):
            _check_run(f"runs.{at}", run, self)
        for at, claim in enumerate(self.claims):
            if claim.quantity not in self.quantities:
                raise ValueError(f"claims.{at}.quantity: no quantity is named {claim.quantity!r}")
        return self

    @property
    def valid_runs(self) -> list[Run]:
        """The runs that count, in the order in which they were made."""
        return [run for run in self.runs if run.valid_rounds]

    def pooled(self, metric: str, variant: str) -> Pooled | None:
        """What all rounds that count measured; None where the variant did not measure the metric.

        The names must be those of the record.
        """
        runs = tuple(filter(None, (_measured(run, metric, variant) for run in self.valid_runs)))
        return Pooled(runs) if runs else None

    def pooled_quantity(self, name: str) -> Pooled:
        """The values of a quantity in all rounds that count.

        Raises:
            KeyError: No quantity has this name.
        """
        return pooled_quantity(name, self.runs)

    @property
    def last(self) -> Run:
        """The newest run that counts; the newest of all if none does."""
        return max(self.valid_runs or self.runs, key=lambda run: run.started)


def pooled_quantity(name: str, runs: Iterable[Run]) -> Pooled:
    """The values of a quantity in all rounds of these runs that count.

    Raises:
        KeyError: No quantity has this name.
    """
    return Pooled(
        tuple(
            tuple(run.quantities[name][number] for number in run.valid_rounds)
            for run in runs
            if run.valid_rounds
        )
    )


def _measured(run: Run, metric: str, variant: str) -> tuple[float, ...]:
    valid = set(run.valid_rounds)
    return tuple(
        sample.values[metric]
        for sample in sorted(run.samples, key=lambda sample: sample.round)
        if sample.variant == variant and metric in sample.values and sample.round in valid
    )


def _check_run(place: str, run: Run, record: Record) -> None:
    for at, sample in enumerate(run.samples):
        if sample.variant not in record.variants:
            raise ValueError(
                f"{place}.samples.{at}.variant: no variant is named {sample.variant!r}"
            )
        for metric in sample.values.keys() - record.metrics.keys():
            raise ValueError(f"{place}.samples.{at}.values: no metric is named {metric!r}")
    for name, values in run.quantities.items():
        if len(values) != run.rounds:
            raise ValueError(
                f"{place}.quantities.{name}: {len(values)} values for {run.rounds} rounds"
            )
    for name in record.quantities.keys() - run.quantities.keys():
        raise ValueError(f"{place}.quantities: {name} is missing")


def record_path(name: str, root: Path) -> Path:
    """Where the record of the measurement is kept and published."""
    return root / "docs" / "measurements" / f"{name}.json"


def partial_path(name: str, root: Path) -> Path:
    """Where the rounds of an unfinished run are kept: never published, never committed."""
    return root / "build" / "measurements" / f"{name}.json"


def write(path: Path, found: Record | Run) -> None:
    """Replace the file in one step, so that nobody ever reads half of one."""
    replace_text(path, found.model_dump_json(indent=2) + "\n")


def read(path: Path) -> Record:
    """The record in the file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a record.
    """
    return Record.model_validate_json(path.read_bytes())


def read_run(path: Path) -> Run:
    """The unfinished run in the file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a run.
    """
    return Run.model_validate_json(path.read_bytes())


def machine() -> Machine:
    """This machine, without its name."""
    import psutil

    release = re.match(r"\d+\.\d+", platform.release())
    usable = getattr(os, "sched_getaffinity", None)
    return Machine(
        cpu=_cpu(),
        cores=len(usable(0)) if usable else os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        os=f"{platform.system()} {release[0] if release else platform.release()}",
    )


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if named:
            return " ".join(named[1].split())
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()
