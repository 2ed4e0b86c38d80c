"""Synthetic records for the tests of figures and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lab.record
from lab.source import source_hash

MODULE = "snippets.pool.experiments.sizing"

Rounds = Mapping[str, Mapping[str, Sequence[float]]]
"""Variant → metric → what each round measured."""

OF_A_RUN = frozenset(lab.record.Run.model_fields) - {"quantities"}


def record(root: Path, name: str = "pool-sizing", **fields: Any) -> dict[str, Any]:
    """A record as one run would leave it: two variants, one metric, three rounds, one claim.

    Args:
        root: the repository; the experiment is written there, so that the record is not stale.
        name: the measurement.
        fields: what is different, in the record or in its run.
    """
    module = root / Path(*MODULE.split(".")).with_suffix(".py")
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text("EXPERIMENT = 1\n", encoding="utf-8")
    made: dict[str, Any] = {
        "name": name,
        "module": MODULE,
        "question": "What does a connection per request cost?",
        "source": source_hash(module, root),
        "conditions": {"seconds": 3.0, "clients": 20},
        "metrics": {"throughput": {"label": "requests served", "unit": "req/s"}},
        "variants": {
            "per-request": {"label": "connection per request", "x": None, "baseline": True},
            "pool": {"label": "pool of 10", "x": 10.0, "baseline": False},
        },
        "runs": [run(**{key: fields.pop(key) for key in OF_A_RUN & fields.keys()})],
        "quantities": {
            "speedup": {
                "label": "pool against connection per request",
                "unit": "×",
                "digits": 2,
                "median": 4.25,
                "low": 4.1,
                "high": 4.4,
                "coverage": 0.75,
                "lowest_run": 4.25,
                "highest_run": 4.25,
            }
        },
        "claims": [
            {
                "text": "A pool serves at least 4× the requests",
                "quantity": "speedup",
                "at_least": 4.0,
                "at_most": None,
                "verdict": "holds",
            }
        ],
    }
    return made | fields


def run(started: str = "2026-11-20T10:12:13Z", **fields: Any) -> dict[str, Any]:
    """One run of that record.

    Args:
        started: when it began.
        fields: what is different; with other samples, the quantity has a value for each round.
    """
    made: dict[str, Any] = {
        "started": started,
        "duration_s": 63.1,
        "harness": 2,
        "seed": 7,
        "machine": {"cpu": "Some CPU", "cores": 2, "memory_gib": 23.4, "os": "Linux 6.1"},
        "versions": {"python": "3.11.7", "postgresql": "18.1", "asyncpg": "0.32.0"},
        "server_settings": {"fsync": "on", "max_connections": "100"},
        "samples": samples(
            {
                "per-request": {"throughput": [500.0, 512.0, 520.0]},
                "pool": {"throughput": [2198.0, 2100.0, 2210.0]},
            }
        ),
        "void": None,
        "void_rounds": {},
    } | fields
    rounds = 1 + max(sample["round"] for sample in made["samples"])
    speedups = [4.4, 4.1, 4.25][:rounds] + [4.25] * (rounds - 3)
    return {"quantities": {"speedup": speedups}} | made


def samples(rounds: Rounds) -> list[dict[str, Any]]:
    """The samples of a run, from what each variant measured of each metric in each round."""
    return [
        {
            "round": at,
            "variant": variant,
            "values": {metric: values[at] for metric, values in metrics.items()},
        }
        for variant, metrics in rounds.items()
        for at in range(len(next(iter(metrics.values()))))
    ]


def write(root: Path, made: Mapping[str, Any]) -> Path:
    """Store a record where the site looks for it."""
    path = root / "docs" / "measurements" / f"{made['name']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made), encoding="utf-8")
    return path
