"""200 requests at once, each of which waits for 50 ms.

The wait is awaited, or blocks a thread of the default pool, or blocks
the event loop. Requests go into FastAPI apps in this process, without
an HTTP server. A client's time runs from when its request was due,
which is the same moment for all; the handler's time is its own.
"""

import asyncio
import statistics
import time
from collections.abc import Callable

import httpx
from fastapi import FastAPI

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
from snippets.concurrency import naive_blocked, naive_threads
from snippets.concurrency.reports import Render

TOKENS = 40  # of the default thread limiter


def awaited_app(call_s: float, reported: list[float]) -> FastAPI:
    app = FastAPI()

    @app.get("/report")
    async def report() -> str:
        began = time.perf_counter()
        await asyncio.sleep(call_s)
        reported.append(time.perf_counter() - began)
        return "report"

    return app


async def measure(
    app: FastAPI, reported: list[float], setting: Setting
) -> Values:
    requests, call_s = (
        setting.conditions[name] for name in ("requests", "call_s")
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport) as client:
        (await client.get("http://app/report")).raise_for_status()
        reported.clear()
        due = time.perf_counter()

        async def request() -> float:
            answer = await client.get("http://app/report")
            answer.raise_for_status()
            return time.perf_counter() - due

        waited = await asyncio.gather(
            *(request() for _ in range(requests))
        )
    return {
        "makespan": max(waited),
        "waited": statistics.median(waited),
        "reported": statistics.median(reported),
        "floor": max(waited) / (requests / TOKENS * call_s),
    }


async def awaited(setting: Setting) -> Values:
    reported: list[float] = []
    app = awaited_app(setting.conditions["call_s"], reported)
    return await measure(app, reported, setting)


async def blocking(
    create_app: Callable[[Render], FastAPI], setting: Setting
) -> Values:
    reported: list[float] = []

    def render() -> str:
        began = time.perf_counter()
        time.sleep(setting.conditions["call_s"])
        reported.append(time.perf_counter() - began)
        return "report"

    return await measure(create_app(render), reported, setting)


async def threads(setting: Setting) -> Values:
    return await blocking(naive_threads.create_app, setting)


async def blocked(setting: Setting) -> Values:
    return await blocking(naive_blocked.create_app, setting)


def against(other: str) -> Callable[[Round], float]:
    return lambda r: r["blocked"]["makespan"] / r[other]["makespan"]


EXPERIMENT = Experiment(
    question="What does a blocking call in an async endpoint cost?",
    conditions={"requests": 200, "call_s": 0.05},
    rehearsal={"requests": 5, "call_s": 0.002},
    rounds=5,
    metrics={
        "makespan": Metric(label="until all are answered", unit="s"),
        "waited": Metric(label="median client", unit="s"),
        "reported": Metric(label="median handler", unit="s"),
        "floor": Metric(label="of 200 / 40 × 50 ms", unit="×"),
    },
    variants={
        "awaited": Variant(label="awaited", run=awaited, baseline=True),
        "threads": Variant(label="40 threads", run=threads),
        "blocked": Variant(label="blocked loop", run=blocked),
    },
    quantities={
        "against_awaited": Quantity(
            label="time for all, blocked loop against awaiting",
            unit="×",
            digits=2,
            of=against("awaited"),
        ),
        "against_threads": Quantity(
            label="time for all, blocked loop against threads",
            unit="×",
            digits=2,
            of=against("threads"),
        ),
        "hidden": Quantity(
            label="blocked loop, what the median client waits against"
            " what the median handler reports",
            unit="×",
            digits=2,
            of=lambda r: (
                r["blocked"]["waited"] / r["blocked"]["reported"]
            ),
        ),
        "unreported": Quantity(
            label="median handler's own report, blocked loop against"
            " awaited",
            unit="×",
            digits=2,
            of=lambda r: (
                r["blocked"]["reported"] / r["awaited"]["reported"]
            ),
        ),
    },
    claims=(
        Claim(
            "A blocked loop takes at least 15 times, and at most 200"
            " times as long as an awaited call",
            quantity="against_awaited",
            at_least=15.0,
            at_most=200.0,  # as many as there are requests
        ),
        Claim(
            "A blocked loop takes at least ten times, and at most 40"
            " times as long as forty threads",
            quantity="against_threads",
            at_least=10.0,
            at_most=40.0,  # as many as there are threads
        ),
        Claim(
            "The median client of a blocked loop waits for the 99"
            " before it, and then for its own turn",
            quantity="hidden",
            at_least=100.0,
        ),
        Claim(
            "The handler of a blocked loop reports no more than an"
            " awaited one",
            quantity="unreported",
            at_most=1.1,
        ),
    ),
)
