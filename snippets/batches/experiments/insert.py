"""Every way to store new prices, near and a millisecond farther away.

Each run stores batches through one session on one connection, for so
many seconds. The first batch is not counted: it prepares statements.
The table is emptied before each run.
"""

import time
from functools import partial
from itertools import count
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.batches import (
    copying,
    methods,
    naive_commit,
    naive_values,
    once,
)
from snippets.batches.experiments._delay import delayed
from snippets.batches.prices import Price, Row, Store, prices, row


async def save(session: AsyncSession, batch: list[Row]) -> None:
    """What older articles call the bulk insert."""
    objects = [Price(**values) for values in batch]
    await session.run_sync(lambda s: s.bulk_save_objects(objects))
    await session.commit()


async def commit_lazily(
    session: AsyncSession, batch: list[Row]
) -> None:
    """A commit per row that does not wait for the disk."""
    await session.execute(text("SET synchronous_commit = off"))
    await naive_commit.store(session, batch)


class Way(NamedTuple):
    label: str
    store: Store
    size: int  # of a batch: what takes a fraction of a second


WAYS = {
    "commit": Way("commit per row", naive_commit.store, 20),
    "lazily": Way("the same, not waiting for disk", commit_lazily, 20),
    "rows": Way("row by row, one commit", methods.row_by_row, 100),
    "values": Way("one VALUES list", naive_values.store, 1000),
    "objects": Way("add_all, one commit", once.store, 1000),
    "save": Way("bulk_save_objects", save, 1000),
    "bulk": Way("insert(Price) with a list", methods.bulk, 1000),
    "arrays": Way("arrays", methods.arrays, 1000),
    "copy": Way("COPY", copying.store, 1000),
    "arrays-large": Way("arrays of 10,000", methods.arrays, 10_000),
    "copy-large": Way("COPY of 10,000", copying.store, 10_000),
}
FAR = ("commit", "rows", "objects", "bulk", "arrays")
FAR_MS = 1.0


async def run(
    way: Way, distance_ms: float, setting: Setting
) -> dict[str, float]:
    size = min(way.size, setting.conditions["largest_batch"])
    stored, spent = 0, 0.0
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        async with (
            prices(dsn) as engine,
            AsyncSession(engine) as session,
        ):
            await session.execute(text("TRUNCATE prices"))
            await session.commit()
            for first in count(step=size):
                batch = [row(first + n) for n in range(size)]
                began = time.perf_counter()
                await way.store(session, batch)
                if first:
                    stored += size
                    spent += time.perf_counter() - began
                if spent >= setting.conditions["seconds"]:
                    break
    return {"rows": stored / spent}


def ratio(label: str, fast: str, slow: str) -> Quantity:
    return Quantity(
        label=label,
        unit="×",
        digits=2,
        of=lambda r: r[fast]["rows"] / r[slow]["rows"],
    )


EXPERIMENT = Experiment(
    question="How many rows a second does each way store?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 0.5, "largest_batch": 10_000},
    rehearsal={"seconds": 0.001, "largest_batch": 10},
    rounds=5,
    metrics={"rows": Metric(label="rows stored", unit="rows/s")},
    variants={
        name: Variant(
            label=way.label,
            run=partial(run, way, 0.0),
            baseline=name == "commit",
        )
        for name, way in WAYS.items()
    }
    | {
        f"{name}-far": Variant(
            label=f"{WAYS[name].label}, 1 ms away",
            run=partial(run, WAYS[name], FAR_MS),
        )
        for name in FAR
    },
    quantities={
        "lazily": ratio("commits without the disk", "lazily", "commit"),
        "one_commit": ratio(
            "row by row with one commit against a commit per row",
            "rows",
            "commit",
        ),
        "objects_commit": ratio(
            "add_all against a commit per row", "objects", "commit"
        ),
        "objects_commit_far": ratio(
            "the same, 1 ms away", "objects-far", "commit-far"
        ),
        "objects_rows": ratio(
            "add_all against row by row with one commit",
            "objects",
            "rows",
        ),
        "objects_rows_far": ratio(
            "the same, 1 ms away", "objects-far", "rows-far"
        ),
        "bulk_commit": ratio(
            "a list against a commit per row", "bulk", "commit"
        ),
        "bulk_commit_far": ratio(
            "the same, 1 ms away", "bulk-far", "commit-far"
        ),
        "bulk_rows": ratio(
            "a list against row by row with one commit", "bulk", "rows"
        ),
        "bulk_rows_far": ratio(
            "the same, 1 ms away", "bulk-far", "rows-far"
        ),
        "arrays_commit": ratio(
            "arrays against a commit per row", "arrays", "commit"
        ),
        "arrays_commit_far": ratio(
            "the same, 1 ms away", "arrays-far", "commit-far"
        ),
        "arrays_rows": ratio(
            "arrays against row by row with one commit",
            "arrays",
            "rows",
        ),
        "arrays_rows_far": ratio(
            "the same, 1 ms away", "arrays-far", "rows-far"
        ),
        "save_objects": ratio(
            "bulk_save_objects against add_all", "save", "objects"
        ),
        "bulk_objects": ratio(
            "a list against add_all", "bulk", "objects"
        ),
        "copy_arrays": ratio(
            "COPY against arrays, 10,000 rows at a time",
            "copy-large",
            "arrays-large",
        ),
    },
    claims=(
        Claim(
            "With one commit, add_all stores at least 10× the rows of"
            " a commit per row",
            quantity="objects_commit",
            at_least=10.0,
        ),
        Claim(
            "1 ms away, add_all stores at least 20× the rows of a"
            " commit per row",
            quantity="objects_commit_far",
            at_least=20.0,
        ),
        Claim(
            "Another part of the gain is not the commit: a list stores"
            " at least 5× the rows of row by row with one commit",
            quantity="bulk_rows",
            at_least=5.0,
        ),
        Claim(
            "1 ms away, a list stores at least 20× the rows of row by"
            " row with one commit",
            quantity="bulk_rows_far",
            at_least=20.0,
        ),
        Claim(
            "bulk_save_objects stores at most 4× the rows of add_all",
            quantity="save_objects",
            at_most=4.0,
        ),
        Claim(
            "With 10,000 rows at a time, COPY stores at most 4× the"
            " rows of arrays",
            quantity="copy_arrays",
            at_most=4.0,
        ),
    ),
)
