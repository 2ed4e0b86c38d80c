"""The same trials for three backends, from outside.

Each backend runs as processes on servers of its own, and is asked over
HTTP, while things fail. What it then has in its database is compared
with what its clients were told. What is asked of all of them is what
the schema of each says that it takes.

The clock does not jump in these trials, and no disk is full.
"""

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
from snippets.backend.experiments._fuzzing import failing_operations
from snippets.backend.experiments._ours import OURS
from snippets.backend.experiments._outages import (
    FAULTS,
    debts,
    failed_at_first,
    kept,
    load,
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

JOBS = frozenset({"jobs", "uncharged", "undelivered"})
STOCK = frozenset({"oversold"})
REDIS = frozenset({"cache", "silent", "full"})
RIVALS = {
    "template": (template.TEMPLATE, JOBS | STOCK | REDIS),
    "boilerplate": (boilerplate.BOILERPLATE, JOBS | STOCK),
}


async def prepare(setting: Setting) -> None:
    """Tell what is not there before anything has run.

    Raises:
        NoCheckoutError: a rival is not, or is of another commit.
    """
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
        **found,
        **stock,
        **owed,
        **ended,
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
    "oversold": "units oversold or lost",
    "web": "failed at first: a web worker killed",
    "cache": "Redis killed",
    "silent": "Redis silent",
    "full": "Redis full",
    "slow": "PostgreSQL slow",
    "database": "PostgreSQL killed",
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
    "jobs": "nor that the job worker is killed",
}


def of(variant: str, metric: str, found: Round) -> float:
    return found[variant][metric]


def quantities(variant: str, *without: str) -> dict[str, Quantity]:
    prefix = "" if variant == "ours" else f"{variant}_"
    return {
        prefix + metric: Quantity(
            label=f"{label}, {variant}",
            unit="",
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
        # A lone worker has nobody to start it again.
        "faults": ["database", "slow", "cache", "silent", "full"],
        "rate": 5,
        "window_s": 0.4,
        "settle_s": 0.0,
        "stopped": 3,
    },
    rounds=3,
    prepare=prepare,
    metrics={
        name: Metric(label=label, unit="")
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
    claims=tuple(
        Claim(text, quantity=metric, at_most=0.0)
        for metric, text in {**INVARIANTS, **UNNOTICED}.items()
    ),
)
