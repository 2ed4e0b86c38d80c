"""A connection for every request against one pool.

Requests go into the two FastAPI apps of the article in this process,
without an HTTP server, which would cost both the same. The server of
the variant with a password is one of our own: it asks for SCRAM.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.pool import lifespan, naive_connect

Message = MutableMapping[str, Any]
SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/backend",
    "raw_path": b"/backend",
    "query_string": b"",
    "headers": [],
}
PASSWORD = "correct horse battery staple"


async def request(app: FastAPI) -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message.get("status", 200) != 200:
            raise RuntimeError(f"the app answered {message['status']}")

    await app(dict(SCOPE), receive, send)


async def measure(app: FastAPI, setting: Setting) -> dict[str, float]:
    seconds = setting.conditions["seconds"]
    latencies: list[float] = []

    async def client(end: float) -> int:
        served = 0
        while (began := time.perf_counter()) < end:
            await request(app)
            served += 1
            latencies.append(time.perf_counter() - began)
        return served

    async with app.router.lifespan_context(app):
        await client(time.perf_counter() + seconds)
        latency = statistics.median(latencies)
        began = time.perf_counter()
        served = await asyncio.gather(
            *(
                client(began + seconds)
                for _ in range(setting.conditions["clients"])
            )
        )
        elapsed = time.perf_counter() - began
    return {"latency": latency, "throughput": sum(served) / elapsed}


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
        return await measure(naive_connect.create_app(dsn), setting)


async def without_password(setting: Setting) -> dict[str, float]:
    return await measure(naive_connect.create_app(setting.dsn), setting)


async def pooled(setting: Setting) -> dict[str, float]:
    return await measure(lifespan.create_app(setting.dsn), setting)


EXPERIMENT = Experiment(
    question="What does a connection per request cost?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 3.0, "clients": 10},
    rehearsal={"seconds": 0.1, "clients": 2},
    rounds=7,
    metrics={
        "latency": Metric(label="median latency, one client", unit="s"),
        "throughput": Metric(label="throughput", unit="req/s"),
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
            " five times as long as a pooled one",
            quantity="latency",
            at_least=5.0,
        ),
        Claim(
            "A pool serves at least five times the requests",
            quantity="throughput",
            at_least=5.0,
        ),
        Claim(
            "Most of the price is not the password",
            quantity="latency_trust",
            at_least=3.0,
        ),
    ),
)
