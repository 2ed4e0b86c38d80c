"""The same trials for three backends, from outside.

Each backend runs as processes on servers of its own, and is asked over
HTTP, while things fail. What it then has in its database is compared
with what its clients were told. What is asked of all of them is what
the schema of each says that it takes.

What may be slow or repeated is bounded by the settings of ours. While
Redis is silent, a read may wait for it twice, to find and to keep:
2 × REDIS_S, and we leave as much as one more for all that is not
waiting. Money is asked for again only for jobs that were under way when
they were cut off: JOBS_AT_ONCE, three times. What an asking that was
rolled back is worth, this provider does not show: it is a table.
"""

from collections.abc import Sequence
from functools import partial

import asyncpg

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
from snippets.backend.experiments._counting import (
    statements_by_request,
)
from snippets.backend.experiments._faults import FAULTS, FULL
from snippets.backend.experiments._fuzzing import failing_operations
from snippets.backend.experiments._ours import OURS
from snippets.backend.experiments._outages import (
    Sent,
    asked_again,
    debts,
    failed_at_first,
    kept,
    load,
    slowest,
    still_failing,
)
from snippets.backend.experiments._signing_up import sign_ups
from snippets.backend.experiments._stopping import stopped
from snippets.backend.experiments._systems import (
    Running,
    System,
    running,
)
from snippets.backend.experiments.rivals import boilerplate, template
from snippets.backend.settings import Settings

JOBS = frozenset({"jobs", "uncharged", "undelivered", "again"})
STOCK = frozenset({"oversold"})
REDIS = frozenset(
    {"cache", "silent", "silence", "full", "disk", "refused"}
)
RIVALS = {
    "template": (template.TEMPLATE, JOBS | STOCK | REDIS),
    "boilerplate": (boilerplate.BOILERPLATE, JOBS | STOCK),
}


class NoFullDiskError(Exception):
    """There is nothing that has no space left."""


async def prepare(setting: Setting) -> None:
    """Tell what is not there before anything has run.

    Raises:
        NoFullDiskError: no disk can be full.
        NoCheckoutError: a rival is not, or is of another commit.
    """
    if not FULL.exists():
        raise NoFullDiskError(f"only Linux has a {FULL}")
    for rival in (template, boilerplate):
        rival.CHECKOUT.require()


async def oversold(backend: Running) -> Values:
    system = backend.system
    if system.rush is None or system.oversold is None:
        return {}
    wrong = await system.rush(backend.url, backend.account)
    connection = await asyncpg.connect(backend.postgres.dsn)
    try:
        wrong += float(await connection.fetchval(system.oversold))
    finally:
        await connection.close()
    return {"oversold": wrong}


async def run(
    setting: Setting, system: System, lacks: frozenset[str]
) -> Values:
    conditions = setting.conditions
    faults = [
        name for name in conditions["faults"] if name not in lacks
    ]
    # Fuzzing ends in what it has deleted, its own account among it.
    async with running(system, conditions) as fuzzed:
        failing = await failing_operations(fuzzed, conditions)
    async with running(system, conditions) as backend:
        signed_up = await sign_ups(backend, conditions["sign_ups"])
        counted = await statements_by_request(
            backend, conditions["counted"]
        )
        backend.serve_jobs()
        sent = await load(backend, faults, conditions)
        found = await kept(backend, sent)
        after = await still_failing(backend, conditions["stopped"])
        stock = await oversold(backend)
        ended = await stopped(backend, conditions["stopped"])
        owed = await debts(backend, conditions["settle_s"])
        owed |= await asked_again(backend)
    return {
        **signed_up,
        **counted,
        "failing": failing,
        "after": after,
        **{
            name: failed_at_first(sent, name)
            for name in FAULTS
            if name not in lacks
        },
        **({} if "silence" in lacks else of_redis(backend, sent)),
        **found,
        **stock,
        **owed,
        **ended,
    }


def of_redis(backend: Running, sent: Sequence[Sent]) -> Values:
    return {
        "silence": slowest(sent, "silent"),
        "refused": float(min(backend.refused, default=0)),
    }


METRICS = {
    "failing": "operations with a 5xx, fuzzed",
    "accounts": "accounts too many or too few, of 30 equal sign-ups",
    "signups": "of these, failed",
    "lost": "acknowledged and lost",
    "doubled": "stored twice",
    "unserved": "not served in 15 s",
    "uncharged": "not charged",
    "undelivered": "not delivered",
    "again": "charges asked for again",
    "oversold": "units oversold or lost",
    "web": "failed at first: a web worker killed",
    "cache": "Redis killed",
    "silent": "Redis silent",
    "silence": "slowest answer, Redis silent",
    "full": "Redis's memory full",
    "disk": "Redis's disk full",
    "refused": "writes that a full Redis refused",
    "slow": "PostgreSQL slow",
    "database": "PostgreSQL killed",
    "connections": "connections taken",
    "clock": "the clock jumped",
    "jobs": "the job worker killed",
    "after": "of 20 reads, failed when all was well again",
    "cut": "under way at SIGTERM and cut",
    "gone": "acknowledged then, and gone",
    "running": "still running after SIGTERM",
    "write": "statements of a write",
    "read": "of a read",
    "page": "of a page",
}
INVARIANTS = {
    "failing": "No operation answers with a 5xx, whatever is sent",
    "accounts": "Of thirty equal sign-ups one gets an account",
    "signups": "and no other one fails: it is told that it is taken",
    "lost": "What was acknowledged is stored, whatever is killed",
    "doubled": "and nothing twice, though clients repeat themselves",
    "unserved": "Who insists is served",
    "uncharged": "What is stored is charged",
    "undelivered": "and delivered",
    "oversold": "The stock is what was there less what was sold",
    "after": "When all is well again, all is served",
    "cut": "What is under way at SIGTERM is answered",
    "gone": "and what was acknowledged then is stored",
    "running": "and the processes end",
}
UNNOTICED = {
    "cache": "Nobody notices that Redis is killed",
    "full": "nor that its memory is full",
    "disk": "nor that its disk is",
    "silent": "nor is refused while it is silent",
    "jobs": "nor notices that the job worker is killed",
}
DEFAULT = {
    name: field.default for name, field in Settings.model_fields.items()
}
BOUNDED = {
    "silence": (
        "and waits no longer than Redis is waited for",
        3 * DEFAULT["redis_s"],
    ),
    "again": (
        "Only what was cut off is asked for again",
        3.0 * DEFAULT["jobs_at_once"],
    ),
}
HAPPENED = {
    "refused": "A full Redis is asked to write, and refuses",
    "clock": "A jump of the clock ends what a token is good for",
}
UNITS = {"silence": "s"}


def of(variant: str, metric: str, found: Round) -> float:
    return found[variant][metric]


def quantities(variant: str, *without: str) -> dict[str, Quantity]:
    prefix = "" if variant == "ours" else f"{variant}_"
    return {
        prefix + metric: Quantity(
            label=f"{label}, {variant}",
            unit=UNITS.get(metric, ""),
            of=partial(of, variant, metric),
        )
        for metric, label in METRICS.items()
        if metric not in without
    }


EXPERIMENT = Experiment(
    question="What does a backend keep of what it has promised?",
    environments=frozenset(RIVALS),
    conditions={
        "durable": True,
        "workers": 2,
        "sign_ups": 30,
        "counted": 20,
        "phases": "coverage,fuzzing,stateful",
        "examples": 5,  # of each operation
        "seed": 17,
        "faults": list(FAULTS),
        "rate": 25,  # writes a second, and as many reads
        "window_s": 1.6,  # of each fault
        "patience_s": 15.0,
        "settle_s": 60.0,  # an abandoned job is taken after 30
        "stopped": 20,
    },
    rehearsal={
        "durable": False,
        "workers": 1,
        "sign_ups": 3,
        "counted": 1,
        "phases": "stateful",
        "examples": 1,
        # A lone worker has nobody to start it again, and what is full
        # is only on Linux.
        "faults": [
            *("full", "silent", "connections"),
            *("database", "slow", "clock", "cache"),
        ],
        "rate": 5,
        "window_s": 0.4,
        "settle_s": 0.0,
        "stopped": 3,
    },
    rounds=3,
    prepare=prepare,
    metrics={
        name: Metric(label=label, unit=UNITS.get(name, ""))
        for name, label in METRICS.items()
    },
    variants={
        "ours": Variant(
            label=OURS.label,
            run=partial(run, system=OURS, lacks=frozenset()),
            baseline=True,
        ),
        **{
            name: Variant(
                label=system.label,
                run=partial(run, system=system, lacks=lacks),
                lacks=lacks,
            )
            for name, (system, lacks) in RIVALS.items()
        },
    },
    quantities={
        **quantities("ours"),
        **quantities("template", *RIVALS["template"][1]),
        **quantities("boilerplate", *RIVALS["boilerplate"][1]),
    },
    claims=(
        *(
            Claim(text, quantity=metric, at_most=0.0)
            for metric, text in {**INVARIANTS, **UNNOTICED}.items()
        ),
        *(
            Claim(text, quantity=metric, at_most=most)
            for metric, (text, most) in BOUNDED.items()
        ),
        *(
            Claim(text, quantity=metric, at_least=1.0)
            for metric, text in HAPPENED.items()
        ),
    ),
)
