"""A record of each kind, the figures drawn of them, and what is looked for in a figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from press import figures
from tests.press.records import record, samples

Figure = Callable[[], str]

SIZES = (1, 4, 16, 64)


def sweep(root: Path) -> dict[str, Any]:
    """Two latencies and a throughput over the size of a pool, and a baseline without a size."""
    runs = {
        f"pool-{size}": {
            "p50": [0.004 * size, 0.005 * size, 0.0045 * size],
            "p99": [0.005 * size, 0.01 * size, 0.015 * size],
            "throughput": [100.0 * size, 101.0 * size, 102.0 * size],
        }
        for size in SIZES
    }
    runs["per-request"] = {"p50": [0.01] * 3, "p99": [0.02] * 3, "throughput": [90.0] * 3}
    return record(
        root,
        "pool-sweep",
        metrics={
            "p50": {"label": "median", "unit": "s"},
            "p99": {"label": "99th percentile", "unit": "s"},
            "throughput": {"label": "requests served", "unit": "req/s"},
        },
        variants={
            **{
                f"pool-{size}": {"label": f"pool of {size}", "x": size, "baseline": False}
                for size in SIZES
            },
            "per-request": {"label": "connection per request", "x": None, "baseline": True},
        },
        samples=samples(runs),
    )


def shedding(root: Path) -> dict[str, Any]:
    """One latency over the number of clients, without and with a limit."""
    clients = (100, 200)
    return record(
        root,
        "shed-load",
        metrics={"p99": {"label": "99th percentile", "unit": "s"}},
        variants={
            f"{kind}-{count}": {"label": kind, "x": count, "baseline": kind == "naive"}
            for kind in ("naive", "shed")
            for count in clients
        },
        samples=samples(
            {
                f"{kind}-{count}": {"p99": [0.1 * count, 0.12 * count]}
                for kind in ("naive", "shed")
                for count in clients
            }
        ),
        claims=[
            {
                "text": "Shedding keeps the tail below a tenth",
                "quantity": "speedup",
                "at_least": 10.0,
                "at_most": None,
                "verdict": "does not hold",
            }
        ],
    )


def line(**arguments: Any) -> str:
    given = {"metric": "throughput", "x_label": "connections", "title": "T", "description": "D"}
    return figures.line("pool-sweep", **{**given, **arguments})


def latencies(**arguments: Any) -> str:
    return line(**{"metric": ["p50", "p99"], "y_label": "response time", **arguments})


def bars(**arguments: Any) -> str:
    given = {"metric": "throughput", "title": "T", "description": "D"}
    return figures.bars("pool-sizing", **{**given, **arguments})


def points(**arguments: Any) -> str:
    given = {"metric": "throughput", "title": "T", "description": "D"}
    return figures.points("pool-sizing", **{**given, **arguments})


KILLED = {
    "memory": (20.0, 0.0, 0.0, 40.0),
    "list": (56.0, 0.0, 0.0, 4.0),
    "marked": (56.0, 0.0, 4.0, 0.0),
    "locked": (56.0, 4.0, 0.0, 0.0),
}
GROUPS = {"lost": "Something is lost", "stuck": "Kept, and waits", "twice": "Runs again"}


def kill(root: Path) -> dict[str, Any]:
    """What became of sixty jobs."""
    kinds = ("done", "twice", "stuck", "lost")
    return record(
        root,
        "jobs-kill",
        metrics={kind: {"label": kind, "unit": ""} for kind in kinds},
        variants={name: {"label": name, "x": None, "baseline": False} for name in KILLED},
        samples=samples(
            {
                name: {kind: [count] * 3 for kind, count in zip(kinds, counts, strict=True)}
                for name, counts in KILLED.items()
            }
        ),
    )


def fates(**arguments: Any) -> str:
    return figures.fates("jobs-kill", **{"title": "T", "groups": GROUPS, **arguments})


CATCHES = {
    "mocks": {"status": 1.0, "race": 0.0, "lost": 0.0},
    "two": {"status": 1.0, "race": 1.0, "lost": 1.0},
    "faults": {"status": 0.0, "race": 0.0, "lost": 1.0},
}
KNOWN = {"Controls": ["status"], "When two meet": ["race", "lost"]}


def catches(root: Path) -> dict[str, Any]:
    """Which of three kinds of test catches which of three defects."""
    return record(
        root,
        "testing-matrix",
        metrics={name: {"label": name, "unit": ""} for name in CATCHES["mocks"]},
        variants={name: {"label": name, "x": None, "baseline": False} for name in CATCHES},
        samples=samples(
            {
                name: {defect: [caught] * 3 for defect, caught in found.items()}
                for name, found in CATCHES.items()
            }
        ),
    )


def matrix(**arguments: Any) -> str:
    given = {"title": "T", "head": "Defect", "groups": KNOWN, "controls": ["status"]}
    return figures.matrix("testing-matrix", **{**given, **arguments})


EACH: Mapping[str, Figure] = {
    "line": line,
    "lines": latencies,
    "bars": bars,
    "points": points,
    "table": lambda: figures.table("pool-sweep", title="T"),
    "claims": lambda: figures.claims("shed-load"),
    "fates": lambda: fates(),
    "matrix": lambda: matrix(),
}
DRAWN = ("line", "lines", "bars", "points")


def soup(html: str) -> Tag:
    found = BeautifulSoup(html, "html.parser").find(["figure", "aside"])
    assert isinstance(found, Tag)
    return found


def texts(found: Tag, css: str) -> list[str]:
    return [re.sub(r"\s", " ", element.get_text()) for element in found.select(css)]


def paths(found: Tag, css: str, shape: str = "wide") -> list[str]:
    return [str(path["d"]) for path in found.select(f".figure__{shape} path{css}")]


def points_of(data: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", data)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
