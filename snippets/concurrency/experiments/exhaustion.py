"""Requests at once against the threads and connections of one app.

An app with endpoints written with `def` runs under uvicorn in this
process and is asked over loopback. A query takes 50 ms, so that all
requests of a burst have arrived before the first connection is back.
In theory as many requests as threads and connections together are the
fewest that can stop each other: 40 + 15, or 40 + 40.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import httpx
import uvicorn
from fastapi import FastAPI

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from snippets.concurrency import naive_session, session
from snippets.concurrency.crowd import CONNECTIONS, THREADS, CreateApp
from snippets.concurrency.orders import SCHEMA, connected

NEAR = 1  # request fewer and more than the theory says
MANY = 100


async def prepare(setting: Setting) -> None:
    query_s = setting.conditions["query_s"]
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(
        f"{SCHEMA} ALTER TABLE orders RENAME TO stored;"
        " CREATE VIEW orders AS"
        f" SELECT stored.* FROM stored, pg_sleep({query_s})"
    )
    await connection.close()


@asynccontextmanager
async def served(
    app: FastAPI, limit_concurrency: int | None = None
) -> AsyncIterator[str]:
    """The address of the app, which uvicorn serves meanwhile."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            log_level="critical",
            limit_concurrency=limit_concurrency,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


async def refused(
    create_app: CreateApp,
    size: int,
    overflow: int,
    requests: int,
    setting: Setting,
) -> int:
    timeout_s = setting.conditions["timeout_s"]
    engine = connected(setting.dsn, size, overflow, timeout_s)
    limits = httpx.Limits(max_connections=requests)
    async with (
        served(create_app(engine)) as url,
        httpx.AsyncClient(limits=limits, timeout=60.0) as client,
    ):
        answers = await asyncio.gather(
            *(
                client.get(f"{url}/orders/{number + 1}")
                for number in range(requests)
            )
        )
    engine.dispose()
    return sum(answer.is_server_error for answer in answers)


async def run(
    create_app: CreateApp, size: int, overflow: int, setting: Setting
) -> Values:
    ask = partial(refused, create_app, size, overflow, setting=setting)
    enough = THREADS + size + overflow - NEAR
    last = enough + 2 * NEAR
    while enough <= last and not await ask(requests=enough):
        enough += 1
    return {"enough": enough, "refused": await ask(requests=MANY)}


EXPERIMENT = Experiment(
    question="How many requests at once exhaust threads and pool?",
    needs=frozenset({"postgres"}),
    conditions={"timeout_s": 1.0, "query_s": 0.05},
    rehearsal={"timeout_s": 0.05, "query_s": 0.0},
    rounds=3,
    prepare=prepare,
    metrics={
        "enough": Metric(
            label="fewest at once of which one is refused",
            unit="requests",
        ),
        "refused": Metric(label="refused of 100 at once", unit=""),
    },
    variants={
        "kept": Variant(
            label="session from a dependency, pool of 5 + 10",
            run=partial(run, naive_session.create_app, 5, 10),
            baseline=True,
        ),
        "bigger": Variant(
            label="session from a dependency, pool of 40",
            run=partial(run, naive_session.create_app, 40, 0),
        ),
        "returned": Variant(
            label="session closed in the endpoint, pool of 5 + 10",
            run=partial(run, session.create_app, 5, 10),
        ),
    },
    quantities={
        "enough": Quantity(
            label="fewest requests at once of which one is refused,"
            " 40 threads and 15 connections",
            unit="",
            of=lambda r: r["kept"]["enough"],
        ),
        "bigger": Quantity(
            label="fewest requests at once of which one is refused,"
            " 40 threads and 40 connections",
            unit="",
            of=lambda r: r["bigger"]["enough"],
        ),
        "refused": Quantity(
            label="refused of 100 requests at once, session from a"
            " dependency",
            unit="",
            of=lambda r: r["kept"]["refused"],
        ),
        "returned": Quantity(
            label="refused of 100 requests at once, session closed in"
            " the endpoint",
            unit="",
            digits=1,  # none is 0, not 0.0
            of=lambda r: r["returned"]["refused"],
        ),
    },
    claims=(
        Claim(
            "As many requests at once as threads and connections, and"
            " no fewer, stop each other",
            quantity="enough",
            at_least=THREADS + CONNECTIONS,
            at_most=THREADS + CONNECTIONS,
        ),
        Claim(
            "A pool of 40 moves that number to 80",
            quantity="bigger",
            at_least=THREADS + 40,
            at_most=THREADS + 40,
        ),
        Claim(
            "Of 100 requests at once, all but those that hold a"
            " connection or wait in the last 40 threads are refused",
            quantity="refused",
            at_least=MANY - CONNECTIONS - THREADS,
        ),
        Claim(
            "With the session closed in the endpoint, none of 100 is"
            " refused",
            quantity="returned",
            at_most=0,
        ),
    ),
)
