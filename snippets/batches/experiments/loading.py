"""The same page of orders by three loaders, near and far.

Each page is read in a session of its own, over one connection, again
and again; the first one, which prepares its statements, is not timed.
Round trips are counted on the wire, apart from the timing, and how
long an empty one takes is measured over the same connection.
"""

import time
from functools import partial
from statistics import median

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
from snippets.batches.wire import wire

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
    """Seconds for a page."""
    began = time.perf_counter()
    async with AsyncSession(engine) as session:
        await page(session)
    return time.perf_counter() - began


async def probe(engine: AsyncEngine, probes: int) -> float:
    """Seconds for a round trip that carries next to nothing."""
    times: list[float] = []
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection
        query = await raw.driver_connection.prepare("SELECT 1")
        for _ in range(probes):
            began = time.perf_counter()
            await query.fetchval()
            times.append(time.perf_counter() - began)
    return median(times)


async def count(dsn: str, page: Page) -> int:
    """Round trips of a page whose statements are prepared."""
    async with wire(dsn) as counted:
        engine = connect(counted.dsn)
        for _ in range(2):
            counted.trips = 0
            await read(engine, page)
        trips = counted.trips
        await engine.dispose()
    return trips


async def run(
    page: Page, distance_ms: float, setting: Setting
) -> dict[str, float]:
    seconds = setting.conditions["seconds"]
    times: list[float] = []
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        engine = connect(dsn)
        try:
            trip = await probe(engine, setting.conditions["probes"])
            await read(engine, page)
            while len(times) < 3 or sum(times) < seconds:
                times.append(await read(engine, page))
        finally:
            await engine.dispose()
    trips = await count(setting.dsn, page)
    return {"page": median(times), "trips": trips, "trip": trip}


def page(
    r: Round, loader: str, distance_ms: float, metric: str = "page"
) -> float:
    """One value of a round; a page and a trip are in seconds."""
    return r[f"{loader}-{distance_ms:g}ms"][metric]


def explained(r: Round) -> float:
    """What trips times distance explains of a slower page, in %."""
    near, far = DISTANCES_MS[1], DISTANCES_MS[-1]  # both by proxy
    trips = page(r, "lazy", far, "trips")
    longer = page(r, "lazy", far, "trip") - page(
        r, "lazy", near, "trip"
    )
    slower = page(r, "lazy", far) - page(r, "lazy", near)
    return 100 * trips * longer / slower


EXPERIMENT = Experiment(
    question="How long does a page of 100 orders take, by loader?",
    needs=frozenset({"postgres"}),
    conditions={"orders": 100, "seconds": 0.5, "probes": 50},
    rehearsal={"orders": 2, "seconds": 0.001, "probes": 3},
    rounds=3,
    prepare=prepare,
    metrics={
        "page": Metric(label="a page", unit="s"),
        "trips": Metric(label="round trips of a page", unit=""),
        "trip": Metric(label="an empty round trip", unit="s"),
    },
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
            label="round trips of a page on demand",
            unit="",
            digits=3,
            of=lambda r: page(r, "lazy", 0, "trips"),
        ),
        "trip_far": Quantity(
            label="an empty round trip, 1 ms away",
            unit="s",
            digits=2,
            of=lambda r: page(r, "lazy", 1, "trip"),
        ),
        "explained": Quantity(
            label="trips times distance, of what a page on demand takes"
            " longer 5 ms than 1 ms away",
            unit="%",
            digits=2,
            of=explained,
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
            "A page of 100 orders on demand waits for 1 + 3 · 100"
            " statements, BEGIN and ROLLBACK",
            quantity="trips",
            at_least=303.0,
            at_most=303.0,
        ),
        Claim(
            "Round trips times distance are all that a page on demand"
            " takes longer farther away, to within 15%",
            quantity="explained",
            at_least=85.0,
            at_most=115.0,
        ),
    ),
)
