"""A connection for every request against one pool, over HTTP.

The two apps of the article run under uvicorn in a process of their
own, and the load comes from another, over sockets that stay open. So
a ratio contains what a client would see on this machine: HTTP and
FastAPI on both sides, one query on both, on one side opening and
closing a connection, on the other the pool's reset. The server of the
variant with a password is one of our own: it asks for SCRAM.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import asyncpg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from lab.load import Closed, Load, Plan, Request, generate, serve
from snippets.pool import lifespan, naive_connect

BACKEND = (Request("/backend"),)
PASSWORD = "correct horse battery staple"


class RefusedError(Exception):
    """The app answered something else than 200."""


async def load(url: str, clients: int, setting: Setting) -> Load:
    """Clients that ask again as soon as they have their answer.

    Raises:
        RefusedError: a request failed.
    """
    found = await generate(
        Plan(
            url,
            Closed(clients),
            seconds=setting.conditions["seconds"],
            settle_s=setting.conditions["settle_s"],
            requests=BACKEND,
        )
    )
    setting.disturbed(found.void)
    if found.errors:
        raise RefusedError(f"requests failed: {found.errors}")
    return found


async def measure(
    app: ModuleType, dsn: str, setting: Setting
) -> dict[str, float]:
    target = f"{app.__name__}:create_app"
    with serve(target, {"dsn": dsn}) as served:
        alone = await load(served.url, 1, setting)
        together = await load(
            served.url, setting.conditions["clients"], setting
        )
    return {
        "latency": alone.quantile_s(0.5),
        "throughput": together.rate,  # of answers, in a closed loop
        "generator": 100 * max(alone.processor, together.processor),
        "lag": max(alone.lag_s, together.lag_s),
    }


@asynccontextmanager
async def scram() -> AsyncIterator[str]:
    import lab

    with lab.postgres_server(durable=True) as server:
        admin = await asyncpg.connect(server.dsn)
        await admin.execute(
            f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"
        )
        await admin.close()
        rules = server.directory / "pg_hba.conf"
        rule = "host all app 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(rule + rules.read_text())
        server.restart()
        yield server.dsn.replace(
            "postgres@", f"app:{PASSWORD.replace(' ', '%20')}@"
        )


async def with_password(setting: Setting) -> dict[str, float]:
    async with scram() as dsn:
        return await measure(naive_connect, dsn, setting)


async def without_password(setting: Setting) -> dict[str, float]:
    return await measure(naive_connect, setting.dsn, setting)


async def pooled(setting: Setting) -> dict[str, float]:
    return await measure(lifespan, setting.dsn, setting)


EXPERIMENT = Experiment(
    question="What does a connection per request cost a client?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 1.4, "settle_s": 0.5, "clients": 10},
    rehearsal={"seconds": 0.2, "settle_s": 0.0, "clients": 2},
    rounds=3,
    metrics={
        "latency": Metric(label="median latency, one client", unit="s"),
        "throughput": Metric(label="throughput", unit="req/s"),
        "generator": Metric(
            label="a core's time that the generator used", unit="%"
        ),
        "lag": Metric(
            label="lateness of the generator, 99th percentile", unit="s"
        ),
    },
    variants={
        "password": Variant(
            label="connection per request, SCRAM password",
            run=with_password,
            baseline=True,
        ),
        "trust": Variant(
            label="connection per request, no password",
            run=without_password,
        ),
        "pool": Variant(label="pool of 10", run=pooled),
    },
    quantities={
        "latency": Quantity(
            label="latency of a lone client, without a pool",
            unit="×",
            digits=2,
            of=lambda r: (
                r["password"]["latency"] / r["pool"]["latency"]
            ),
        ),
        "latency_trust": Quantity(
            label="the same without a password",
            unit="×",
            digits=2,
            of=lambda r: r["trust"]["latency"] / r["pool"]["latency"],
        ),
        "throughput": Quantity(
            label="requests served, with against without a pool",
            unit="×",
            digits=2,
            of=lambda r: (
                r["pool"]["throughput"] / r["password"]["throughput"]
            ),
        ),
    },
    claims=(
        Claim(
            "A connection per request takes a lone client at least"
            " three times as long as a pooled one, HTTP included",
            quantity="latency",
            at_least=3.0,
        ),
        Claim(
            "A pool serves at least three times the requests",
            quantity="throughput",
            at_least=3.0,
        ),
        Claim(
            "Most of the price is not the password: without one it is"
            " still at least twice as long",
            quantity="latency_trust",
            at_least=2.0,
        ),
    ),
)
