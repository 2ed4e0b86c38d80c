"""The same page of orders by three loaders, near and far.

Each page is read in a session of its own, over one connection. The
fastest page of a run counts: the first one prepares its statements.
"""

import time
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from snippets.batches import loading, naive_joined, naive_lazy
from snippets.batches.experiments._delay import delayed
from snippets.batches.loading import Page
from snippets.batches.orders import connect, fill

DISTANCES_MS = (0.0, 1.0, 2.0, 5.0)
LOADERS: dict[str, tuple[str, Page]] = {
    "lazy": ("on demand", naive_lazy.page),
    "joined": ("both collections joined", naive_joined.page),
    "selectin": ("selectinload", loading.page),
}


async def prepare(setting: Setting) -> None:
    engine = connect(setting.dsn)
    await fill(engine, setting.conditions["orders"])
    await engine.dispose()


async def read(engine: AsyncEngine, page: Page) -> float:
    began = time.perf_counter()
    async with AsyncSession(engine) as session:
        await page(session)
    return time.perf_counter() - began


async def run(
    page: Page, distance_ms: float, setting: Setting
) -> dict[str, float]:
    seconds = setting.conditions["seconds"]
    times: list[float] = []
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        engine = connect(dsn)
        try:
            async with engine.connect():
                pass
            while len(times) < 3 or sum(times) < seconds:
                times.append(await read(engine, page))
        finally:
            await engine.dispose()
    return {"page": min(times)}


def page(r: Round, loader: str, distance_ms: float) -> float:
    """Seconds for a page."""
    return r[f"{loader}-{distance_ms:g}ms"]["page"]


def slope(r: Round) -> float:
    """Seconds that a page on demand takes for each of distance."""
    near, far = DISTANCES_MS[1], DISTANCES_MS[-1]  # both by proxy
    longer = page(r, "lazy", far) - page(r, "lazy", near)
    return longer / ((far - near) / 1000)


EXPERIMENT = Experiment(
    question="How long does a page of 100 orders take, by loader?",
    needs=frozenset({"postgres"}),
    conditions={"orders": 100, "seconds": 0.5},
    rehearsal={"orders": 2, "seconds": 0.001},
    rounds=5,
    prepare=prepare,
    metrics={"page": Metric(label="fastest page", unit="s")},
    variants={
        f"{name}-{distance_ms:g}ms": Variant(
            label=f"{label}, {distance_ms:g} ms",
            run=partial(run, page, distance_ms),
            x=distance_ms,
        )
        for name, (label, page) in LOADERS.items()
        for distance_ms in DISTANCES_MS
    },
    quantities={
        "near": Quantity(
            label="on demand against selectinload, on loopback",
            unit="×",
            digits=2,
            of=lambda r: page(r, "lazy", 0) / page(r, "selectin", 0),
        ),
        "far": Quantity(
            label="on demand against selectinload, 1 ms away",
            unit="×",
            digits=2,
            of=lambda r: page(r, "lazy", 1) / page(r, "selectin", 1),
        ),
        "product": Quantity(
            label="two collections joined against selectinload,"
            " on loopback",
            unit="×",
            digits=2,
            of=lambda r: page(r, "joined", 0) / page(r, "selectin", 0),
        ),
        "product_far": Quantity(
            label="two collections joined against selectinload,"
            " 5 ms away",
            unit="×",
            digits=2,
            of=lambda r: page(r, "joined", 5) / page(r, "selectin", 5),
        ),
        "saved": Quantity(
            label="on demand against two collections joined,"
            " on loopback",
            unit="×",
            digits=2,
            of=lambda r: page(r, "lazy", 0) / page(r, "joined", 0),
        ),
        "trips": Quantity(
            label="seconds a page on demand grows by for each second"
            " of distance: its round trips",
            unit="",
            digits=3,
            of=slope,
        ),
    },
    claims=(
        Claim(
            "1 ms away, a page loaded on demand takes at least ten"
            " times as long as one loaded by selectinload",
            quantity="far",
            at_least=10.0,
        ),
        Claim(
            "On loopback, a page loaded on demand takes at least four"
            " times as long",
            quantity="near",
            at_least=4.0,
        ),
        Claim(
            "Joining both collections takes longer than selectinload,"
            " also 5 ms away",
            quantity="product_far",
            at_least=1.3,
        ),
        Claim(
            "A page loaded on demand waits for some 300 round trips, or"
            " longer",
            quantity="trips",
            at_least=250.0,
        ),
    ),
)
