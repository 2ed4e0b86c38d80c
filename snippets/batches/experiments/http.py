"""What is left of a ratio when the page is served over HTTP.

The same two loaders, once in a session alone and once behind FastAPI
and uvicorn in a process of its own, which validates the page, encodes
it as JSON and sends it over a socket. One client, one request at a
time; the first request is not timed.
"""

import time
from functools import partial
from statistics import median

import httpx

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from lab.load.served import serve
from snippets.batches.experiments._app import PAGES
from snippets.batches.experiments._delay import delayed
from snippets.batches.experiments.loading import prepare, read
from snippets.batches.orders import connect

APPLICATION = "snippets.batches.experiments._app:application"
DISTANCES_MS = (0.0, 1.0)
LABELS = {"lazy": "on demand", "selectin": "selectinload"}


async def alone(
    loader: str, distance_ms: float, setting: Setting
) -> dict[str, float]:
    times: list[float] = []
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        engine = connect(dsn)
        try:
            await read(engine, PAGES[loader])
            while not enough(times, setting):
                times.append(await read(engine, PAGES[loader]))
        finally:
            await engine.dispose()
    return {"page": median(times)}


async def served(
    loader: str, distance_ms: float, setting: Setting
) -> dict[str, float]:
    times: list[float] = []
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        arguments = {"dsn": dsn, "loader": loader}
        with (
            serve(APPLICATION, arguments) as server,
            httpx.Client(base_url=server.url, timeout=60.0) as client,
        ):
            client.get("/orders").raise_for_status()
            while not enough(times, setting):
                began = time.perf_counter()
                client.get("/orders").raise_for_status()
                times.append(time.perf_counter() - began)
    return {"page": median(times)}


def enough(times: list[float], setting: Setting) -> bool:
    return (
        len(times) >= 3 and sum(times) >= setting.conditions["seconds"]
    )


def ratio(r: Round, place: str, distance_ms: float) -> float:
    slow, fast = (
        r[f"{loader}-{place}-{distance_ms:g}ms"]["page"]
        for loader in ("lazy", "selectin")
    )
    return slow / fast


def against(place: str, distance_ms: float, label: str) -> Quantity:
    return Quantity(
        label=f"on demand against selectinload, {label}",
        unit="×",
        digits=2,
        of=lambda r: ratio(r, place, distance_ms),
    )


EXPERIMENT = Experiment(
    question="How much slower is a page on demand for a client?",
    needs=frozenset({"postgres"}),
    conditions={"orders": 100, "seconds": 0.5},
    rehearsal={"orders": 2, "seconds": 0.001},
    rounds=5,
    prepare=prepare,
    metrics={"page": Metric(label="a page", unit="s")},
    variants={
        f"{loader}-{place}-{distance_ms:g}ms": Variant(
            label=f"{label}, {where}, {distance_ms:g} ms",
            run=partial(run, loader, distance_ms),
            x=distance_ms,
        )
        for place, where, run in (
            ("alone", "in a session", alone),
            ("served", "over HTTP", served),
        )
        for loader, label in LABELS.items()
        for distance_ms in DISTANCES_MS
    },
    quantities={
        "near_alone": against("alone", 0, "in a session, on loopback"),
        "near": against("served", 0, "over HTTP, on loopback"),
        "far_alone": against("alone", 1, "in a session, 1 ms away"),
        "far": against("served", 1, "over HTTP, 1 ms away"),
        "kept": Quantity(
            label="the ratio over HTTP, of that in a session",
            unit="%",
            digits=2,
            of=lambda r: (
                100 * ratio(r, "served", 0) / ratio(r, "alone", 0)
            ),
        ),
    },
    claims=(
        Claim(
            "On loopback, what HTTP adds to both sides makes the ratio"
            " smaller",
            quantity="kept",
            at_most=100.0,
        ),
        Claim(
            "A page on demand is still the slower one for a client",
            quantity="near",
            at_least=1.0,
        ),
    ),
)
