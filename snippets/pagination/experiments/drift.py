"""In how many random histories pages drift: a row twice, or never.

A history is a hundred rows at random times, read in pages of ten, and
a random change after each page. Every way has histories of its own.
"""

import random
from functools import partial

import psycopg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Values,
    Variant,
)
from snippets.pagination.histories import (
    FIXED,
    SCHEMA,
    History,
    drifts,
    walk,
)

MOVES = (*FIXED, "move")
VARIANTS = {
    "offset": ("OFFSET", "OFFSET", FIXED),
    "time": ("at < last", "time alone", FIXED),
    "moves": ("(at, id) < last", "row comparison, time changes", MOVES),
    "row": ("(at, id) < last", "row comparison", FIXED),
}


def history(rows: int, size: int, kinds: tuple[str, ...]) -> History:
    def time() -> int:
        return random.randrange(rows)

    changes = [
        (random.choice(kinds), random.randint(1, rows), time())
        for _ in range(rows // size)
    ]
    return History([time() for _ in range(rows)], size, changes)


async def run(
    way: str, kinds: tuple[str, ...], setting: Setting
) -> Values:
    count = setting.conditions["histories"]
    rows, size = setting.conditions["rows"], setting.conditions["page"]
    with psycopg.connect(setting.dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        drifted = 0
        for _ in range(count):
            tried = history(rows, size, kinds)
            drifted += drifts(walk(connection, way, tried), tried)
    return {"drifted": 100 * drifted / count}


def share(name: str) -> Quantity:
    def of(r: Round) -> float:
        return r[name]["drifted"]

    label = f"histories in which pages drift, {VARIANTS[name][1]}"
    return Quantity(label=label, unit="%", digits=2, of=of)


EXPERIMENT = Experiment(
    question="In how many histories does a reader miss a row, or see"
    " one twice?",
    needs=frozenset({"postgres"}),
    conditions={"histories": 100, "rows": 100, "page": 10},
    rehearsal={"histories": 5},
    rounds=5,
    metrics={"drifted": Metric(label="histories that drift", unit="%")},
    variants={
        name: Variant(
            label=label,
            run=partial(run, way, kinds),
            baseline=name == "row",
        )
        for name, (way, label, kinds) in VARIANTS.items()
    },
    quantities={name: share(name) for name in VARIANTS},
    claims=(
        Claim(
            "Of ten changes, one in three moves a border between two"
            " pages, and OFFSET with it: over half of the histories",
            quantity="offset",
            at_least=50.0,
        ),
        Claim(
            "As many times as rows make ties, and a page that ends in"
            " one loses its rest: over half of the histories",
            quantity="time",
            at_least=50.0,
        ),
        Claim(
            "One change in four gives a row another time, and half of"
            " those carry it over the cursor: over a quarter",
            quantity="moves",
            at_least=25.0,
        ),
        Claim(
            "A row comparison on a key that stays drifts in none",
            quantity="row",
            at_most=0.0,
        ),
    ),
)
