"""How much of a request's time a trace explains, if the pool is full.

Ten clients of a closed loop share two connections, and each of their
requests holds one for a statement of 20 ms. In theory a request takes
5 × 20 ms, clients by connections: so a statement is a fifth of it,
and four fifths are the wait. What traces explain is the time of spans
that name the database, by the time of requests, over all requests.
"""

from functools import partial

import httpx

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.load import Closed, Plan, Request, generate, serve
from snippets.seeing.crowded import Tracing

APP = "snippets.seeing.crowded:create_app"
BALANCES = (Request("/balance"),)


async def run(setting: Setting, tracing: Tracing) -> Values:
    conditions = setting.conditions
    arguments = {
        "dsn": setting.dsn,
        "tracing": tracing,
        "statement_s": conditions["statement_s"],
    }
    with serve(APP, arguments) as app:
        plan = partial(
            Plan,
            app.url,
            Closed(conditions["clients"]),
            requests=BALANCES,
        )
        async with httpx.AsyncClient(base_url=app.url) as client:
            await generate(plan(seconds=conditions["settle_s"]))
            await client.get("/explained")  # begins anew
            load = await generate(plan(seconds=conditions["seconds"]))
            share = float((await client.get("/explained")).json())
    setting.disturbed(load.void)
    return {"explained": 100 * share}


def explained(tracing: Tracing, label: str) -> Quantity:
    return Quantity(
        label=f"explained by {label}",
        unit="%",
        of=lambda r: r[tracing]["explained"],
    )


EXPERIMENT = Experiment(
    question="How much of a wait for the pool does a trace explain?",
    needs=frozenset({"postgres"}),
    conditions={
        "clients": 10,
        "statement_s": 0.02,
        "seconds": 2.0,
        "settle_s": 0.5,
    },
    rehearsal={
        "clients": 4,
        "statement_s": 0.01,
        "seconds": 0.2,
        "settle_s": 0.1,
    },
    rounds=3,
    metrics={
        "explained": Metric(
            label="time of requests that the trace explains", unit="%"
        )
    },
    variants={
        "fastapi": Variant(
            label="FastAPI's spans",
            run=partial(run, tracing="fastapi"),
            baseline=True,
        ),
        "asyncpg": Variant(
            label="and asyncpg's", run=partial(run, tracing="asyncpg")
        ),
        "sqlalchemy": Variant(
            label="and SQLAlchemy's",
            run=partial(run, tracing="sqlalchemy"),
        ),
        "ours": Variant(
            label="and asyncpg's, with a span around the wait",
            run=partial(run, tracing="ours"),
        ),
    },
    quantities={
        "asyncpg": explained("asyncpg", "spans of asyncpg"),
        "sqlalchemy": explained("sqlalchemy", "spans of SQLAlchemy"),
        "ours": explained("ours", "asyncpg's and one around the wait"),
    },
    claims=(
        Claim(
            "Spans of asyncpg explain a fifth of a request: 15 to 25 %",
            quantity="asyncpg",
            at_least=15,
            at_most=25,
        ),
        Claim(
            "Spans of SQLAlchemy explain at least nine tenths",
            quantity="sqlalchemy",
            at_least=90,
        ),
        Claim(
            "With a span around the wait, asyncpg's explain as much",
            quantity="ours",
            at_least=90,
        ),
    ),
)
