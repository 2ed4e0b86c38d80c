"""Records of measurements: where they are kept, what is in them, on what they were made."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, TypedDict, cast

from lab.atomic import replace_text


class Machine(TypedDict):
    """What a measurement ran on; enough to judge it, too little to find it."""

    cpu: str
    cores: int
    memory_gib: float
    os: str


class MetricRecord(TypedDict):
    """A metric as declared."""

    label: str
    unit: str


class VariantRecord(TypedDict):
    """A variant as declared."""

    label: str
    x: float | None
    baseline: bool


class Sample(TypedDict):
    """What one run of one variant measured."""

    round: int
    variant: str
    values: dict[str, float]


class QuantityRecord(TypedDict):
    """A quantity as declared, its value in each round, and their median and range."""

    label: str
    unit: str
    digits: int
    values: list[float]
    median: float
    low: float
    high: float


class ClaimRecord(TypedDict):
    """A claim as declared, the median it was judged on, and the verdict."""

    text: str
    quantity: str
    at_least: float | None
    at_most: float | None
    observed: float
    holds: bool


class Declared(TypedDict):
    """What is known before the first round: what is asked, of what, on what."""

    name: str
    module: str
    question: str
    source: str
    machine: Machine
    versions: dict[str, str]
    server_settings: dict[str, str]
    conditions: dict[str, Any]
    metrics: dict[str, MetricRecord]
    variants: dict[str, VariantRecord]


class Record(Declared):
    """One measurement: what is known before it, every sample, and what follows from them."""

    recorded: str
    duration_s: float
    complete: bool
    rounds: int
    samples: list[Sample]
    quantities: dict[str, QuantityRecord]
    claims: list[ClaimRecord]


def record_path(name: str, root: Path) -> Path:
    """Where the complete record of the measurement is kept and published."""
    return root / "docs" / "measurements" / f"{name}.json"


def partial_path(name: str, root: Path) -> Path:
    """Where the rounds of an unfinished run are kept: never published, never committed."""
    return root / "build" / "measurements" / f"{name}.json"


def write(path: Path, record: Record) -> None:
    """Replace the record in one step, so that nobody ever reads half of one."""
    replace_text(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def read(path: Path) -> Record:
    """The record in the file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not JSON, or it lacks a key.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    missing = Record.__required_keys__ - set(found)
    if missing:
        raise ValueError(f"{path.name} is not a record: it lacks {', '.join(sorted(missing))}")
    return cast("Record", found)


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
