"""What PostgreSQL logs for a feed of which one row in a hundred is new.

The table is made anew for each way, so that no page is logged whole.
Records, bytes and seconds are those of pg_stat_statements for the one
statement that upserts the feed.
"""

from functools import partial

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from lab.inside import statements
from snippets.batches.unchanged import WAYS, effects

NAMES = dict(zip(("upsert", "guarded", "merge"), WAYS, strict=True))


async def run(way: str, setting: Setting) -> dict[str, float]:
    rows, changed = (
        setting.conditions["rows"],
        setting.conditions["new"],
    )
    with statements.statements(setting.dsn) as found:
        await effects(setting.dsn, way, rows, changed)
    statement = found.matching("unnest")
    return {
        "records": statement.wal_records / rows,
        "bytes": statement.wal_bytes / rows,
        "seconds": statement.total_s,
    }


def against_merge(label: str, metric: str, name: str) -> Quantity:
    def ratio(r: Round) -> float:
        return r[name][metric] / r["merge"][metric]

    return Quantity(label=label, unit="×", digits=2, of=ratio)


def records(name: str) -> Quantity:
    return Quantity(
        label=f"records in the log for each row: {NAMES[name]}",
        unit="",
        digits=2,
        of=lambda r: r[name]["records"],
    )


EXPERIMENT = Experiment(
    question="What is logged for a feed that mostly repeats itself?",
    needs=frozenset({"postgres"}),
    postgres_settings=statements.SETTINGS,
    conditions={"rows": 10_000, "new": 100},
    rehearsal={"rows": 100, "new": 1},
    rounds=5,
    metrics={
        "records": Metric(label="records in the log per row", unit=""),
        "bytes": Metric(label="log per row", unit="B"),
        "seconds": Metric(label="time inside PostgreSQL", unit="s"),
    },
    variants={
        name: Variant(
            label=label,
            run=partial(run, label),
            baseline=name == "merge",
        )
        for name, label in NAMES.items()
    },
    quantities={f"records_{name}": records(name) for name in NAMES}
    | {
        "bytes_upsert": against_merge(
            "bytes in the log, DO UPDATE against MERGE",
            "bytes",
            "upsert",
        ),
        "bytes_guarded": against_merge(
            "bytes in the log, DO UPDATE … WHERE against MERGE",
            "bytes",
            "guarded",
        ),
        "seconds_upsert": against_merge(
            "time inside PostgreSQL, DO UPDATE against MERGE",
            "seconds",
            "upsert",
        ),
    },
    claims=(
        Claim(
            "DO UPDATE logs a lock and a new version for each row: two"
            " records at least",
            quantity="records_upsert",
            at_least=2.0,
        ),
        Claim(
            "DO UPDATE … WHERE logs a lock for each row: one record at"
            " least, and fewer than two",
            quantity="records_guarded",
            at_least=1.0,
            at_most=2.0,
        ),
        Claim(
            "MERGE logs a version and its index entries for one row in"
            " a hundred: at most one record for ten rows",
            quantity="records_merge",
            at_most=0.1,
        ),
    ),
)
