"""An HTTP client for every call, and one for all of them.

Ten tasks call a service on loopback that answers at once, without
TLS. With TLS, every new connection would also cost a handshake.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

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
from snippets.concurrency.upstream import listening

Call = Callable[[str], Awaitable[httpx.Response]]


async def measure(call: Call, setting: Setting) -> Values:
    async with listening() as upstream:
        began = time.perf_counter()
        end = began + setting.conditions["seconds"]

        async def task() -> int:
            answered = 0
            while answered == 0 or time.perf_counter() < end:
                (await call(upstream.url)).raise_for_status()
                answered += 1
            return answered

        answered = await asyncio.gather(
            *(task() for _ in range(setting.conditions["tasks"]))
        )
        elapsed = time.perf_counter() - began
    return {"calls": sum(answered) / elapsed}


async def per_call(setting: Setting) -> Values:
    async def call(url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(url)

    return await measure(call, setting)


async def without_certificates(setting: Setting) -> Values:
    async def call(url: str) -> httpx.Response:
        async with httpx.AsyncClient(verify=False) as client:
            return await client.get(url)

    return await measure(call, setting)


async def shared(setting: Setting) -> Values:
    async with httpx.AsyncClient() as client:
        return await measure(client.get, setting)


EXPERIMENT = Experiment(
    question="What does an HTTP client per call cost?",
    conditions={"seconds": 1.5, "tasks": 10},
    rehearsal={"seconds": 0.02, "tasks": 2},
    rounds=5,
    metrics={"calls": Metric(label="calls", unit="calls/s")},
    variants={
        "per-call": Variant(
            label="client per call", run=per_call, baseline=True
        ),
        "without-certificates": Variant(
            label="client per call, no certificates loaded",
            run=without_certificates,
        ),
        "shared": Variant(label="one client", run=shared),
    },
    quantities={
        "shared": Quantity(
            label="calls, one client against a client per call",
            unit="×",
            digits=2,
            of=lambda r: r["shared"]["calls"] / r["per-call"]["calls"],
        ),
        "certificates": Quantity(
            label="calls with a client per call, without against with"
            " certificates to load",
            unit="×",
            digits=2,
            of=lambda r: (
                r["without-certificates"]["calls"]
                / r["per-call"]["calls"]
            ),
        ),
    },
    claims=(
        Claim(
            "One client makes at least three times the calls of a"
            " client per call",
            quantity="shared",
            at_least=3.0,
        ),
        Claim(
            "Without certificates to load, a client per call makes at"
            " least twice the calls",
            quantity="certificates",
            at_least=2.0,
        ),
    ),
)
