"""In how many random histories pages drift: a row twice, or never.

A history is sixty rows at random times, read in six pages, and one,
two or five random changes, each between two pages. Every variant
draws histories of its own, in each round anew.
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

CHANGES = (1, 2, 5)
NOTHING = ("like", 0, 0)  # no row has this id
WAYS = {
    "offset": ("OFFSET", "OFFSET", FIXED),
    "moves": (
        "(at, id) < last",
        "row, its time changes",
        (*FIXED, "move"),
    ),
    "time": ("at < last", "time alone", FIXED),
    "row": ("(at, id) < last", "row", FIXED),
}


def history(
    rows: int, size: int, kinds: tuple[str, ...], count: int
) -> History:
    def time() -> int:
        return random.randrange(10 * rows)  # few rows tie

    borders = rows // size - 1
    changes = [NOTHING] * borders
    for border in random.sample(range(borders), count):
        kind, row = random.choice(kinds), random.randint(1, rows)
        changes[border] = kind, row, time()
    return History([time() for _ in range(rows)], size, changes)


async def run(
    way: str, kinds: tuple[str, ...], count: int, setting: Setting
) -> Values:
    histories = setting.conditions["histories"]
    rows, size = setting.conditions["rows"], setting.conditions["page"]
    with psycopg.connect(setting.dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        drifted = 0
        for _ in range(histories):
            tried = history(rows, size, kinds, count)
            drifted += drifts(walk(connection, way, tried), tried)
    return {"drifted": 100 * drifted / histories}


def share(way: str, *counts: int) -> Quantity:
    def most(r: Round) -> float:
        return max(r[f"{way}-{count}"]["drifted"] for count in counts)

    label = f"histories in which pages drift, {WAYS[way][1]}"
    changes = " or ".join(map(str, counts))
    return Quantity(
        label=f"{label}, changes: {changes}",
        unit="%",
        digits=2,
        of=most,
    )


EXPERIMENT = Experiment(
    question="In how many histories does a reader miss a row, or see"
    " one twice?",
    needs=frozenset({"postgres"}),
    conditions={"histories": 40, "rows": 60, "page": 10},
    rehearsal={"histories": 2},
    rounds=5,
    metrics={"drifted": Metric(label="histories that drift", unit="%")},
    variants={
        f"{name}-{count}": Variant(
            label=f"{label}, {count}",
            run=partial(run, way, kinds, count),
            x=float(count),
        )
        for name, (way, label, kinds) in WAYS.items()
        for count in CHANGES
    },
    quantities={
        "offset_one": share("offset", 1),
        "offset": share("offset", 5),
        "moves": share("moves", 5),
        "time": share("time", 1),
        "row": share("row", *CHANGES),
    },
    claims=(
        Claim(
            "Two of three changes insert or delete, and half of those"
            " come before the border: one change moves it in a third of"
            " the histories",
            quantity="offset_one",
            at_least=20.0,
            at_most=50.0,
        ),
        Claim(
            "Five changes leave it alone in less than a quarter",
            quantity="offset",
            at_least=75.0,
        ),
        Claim(
            "One change in four gives a row another time, and four of"
            " ten of those carry it over the cursor: five do so in over"
            " 15 % of the histories",
            quantity="moves",
            at_least=15.0,
        ),
        Claim(
            "Sixty rows at 600 times have three pairs that tie, and"
            " five borders: over 5 % lose a row without any change",
            quantity="time",
            at_least=5.0,
        ),
        Claim(
            "A row comparison on a key that stays drifts in none",
            quantity="row",
            at_most=0.0,
        ),
    ),
)
