"""Erlang C against a pool of ten, from half loaded to nearly full.

Arrivals are a Poisson process that does not wait for answers. Each
holds a connection while PostgreSQL sleeps for a time drawn from an
exponential distribution, and while the pool takes the connection,
asks, and resets it. The prediction is for the load that was reached:
connections busy on average, from the holds and the time they took.
A round whose arrivals came late is void: the generator, which shares
the process with the pool, was the bottleneck.
"""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field
from functools import partial

import asyncpg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from snippets.pool.erlang import probability_of_waiting

CONNECTIONS = 10
UTILIZATIONS = (50, 70, 80, 90, 95)
LATE = 10.0  # percent of a mean hold; rounding to 1 ms makes 2.5


@dataclass
class Log:
    """What happened to each request; all times in seconds."""

    waited: list[bool] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    holds: list[float] = field(default_factory=list)


async def request(pool: asyncpg.Pool, sleep: float, log: Log) -> None:
    arrived = time.perf_counter()
    must_wait = pool.get_idle_size() == 0
    connection = await pool.acquire()
    acquired = time.perf_counter()
    try:
        await connection.execute("SELECT pg_sleep($1)", sleep)
    finally:
        await pool.release(connection)
    log.waited.append(must_wait)
    log.waits.append(acquired - arrived)
    log.holds.append(time.perf_counter() - acquired)


async def mean_hold(pool: asyncpg.Pool, setting: Setting) -> float:
    """Seconds that a connection is held, at full load."""
    sleep: float = setting.conditions["mean_sleep_s"]
    log = Log()
    end = time.perf_counter() + setting.conditions["calibration_s"]

    async def client() -> None:
        while time.perf_counter() < end:
            await request(pool, sleep, log)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return statistics.fmean(log.holds)


async def run(percent: int, setting: Setting) -> dict[str, float]:
    sleep, seconds, settle = (
        setting.conditions[name]
        for name in ("mean_sleep_s", "seconds", "settle_s")
    )
    settling, log = Log(), Log()
    late: list[float] = []
    async with asyncpg.create_pool(
        setting.dsn, min_size=CONNECTIONS, max_size=CONNECTIONS
    ) as pool:
        hold = await mean_hold(pool, setting)
        rate = CONNECTIONS * percent / 100 / hold
        arrival = time.perf_counter()
        counted = arrival + settle
        async with asyncio.TaskGroup() as requests:
            while arrival < counted + seconds:
                arrival += random.expovariate(rate)
                await asyncio.sleep(arrival - time.perf_counter())
                late.append(time.perf_counter() - arrival)
                into = log if arrival >= counted else settling
                requests.create_task(
                    request(pool, random.expovariate(1 / sleep), into)
                )
    load = sum(log.holds) / seconds
    held = statistics.fmean(log.holds)
    lateness = 100 * statistics.fmean(late) / held
    if lateness > LATE:
        setting.disturbed(
            f"arrivals came {lateness:.0f} % of a hold late"
        )
    return {
        "waited": 100 * statistics.fmean(log.waited),
        "predicted_waited": 100
        * probability_of_waiting(CONNECTIONS, load),
        "wait": statistics.fmean(log.waits) / held,
        "utilization": 100 * load / CONNECTIONS,
        "arrivals": 100 * len(log.waits) / (rate * seconds),
        "late": lateness,
    }


def gap(samples: Round) -> float:
    """Mean distance from the prediction, up to 90% utilization."""
    return statistics.fmean(
        abs(values["waited"] - values["predicted_waited"])
        for name, values in samples.items()
        if name != "u95"
    )


EXPERIMENT = Experiment(
    question="Does Erlang C predict the wait for a pooled connection?",
    needs=frozenset({"postgres"}),
    conditions={
        "mean_sleep_s": 0.02,
        "calibration_s": 0.5,
        "settle_s": 1.0,
        "seconds": 5.0,
    },
    rehearsal={
        "mean_sleep_s": 0.002,
        "calibration_s": 0.05,
        "settle_s": 0.02,
        "seconds": 0.2,
    },
    rounds=3,
    metrics={
        "waited": Metric(label="measured", unit="%"),
        "predicted_waited": Metric(label="Erlang C", unit="%"),
        "wait": Metric(label="measured", unit="× hold"),
        "utilization": Metric(label="utilization reached", unit="%"),
        "arrivals": Metric(
            label="arrivals, of those asked for", unit="%"
        ),
        "late": Metric(
            label="lateness of an arrival, of a mean hold", unit="%"
        ),
    },
    variants={
        f"u{percent}": Variant(
            label=f"{percent}% utilization",
            run=partial(run, percent),
            x=percent,
        )
        for percent in UTILIZATIONS
    },
    quantities={
        "gap": Quantity(
            label="mean distance of the share that waited from"
            " Erlang C, 50% to 90% utilization",
            unit="percentage points",
            digits=2,
            of=gap,
        ),
        "tail_gap": Quantity(
            label="distance of the share that waited from Erlang C at"
            " 95% utilization",
            unit="percentage points",
            digits=2,
            of=lambda r: abs(
                r["u95"]["waited"] - r["u95"]["predicted_waited"]
            ),
        ),
        "reached": Quantity(
            label="utilization reached where 95% was asked for",
            unit="%",
            digits=3,
            of=lambda r: r["u95"]["utilization"],
        ),
        "growth": Quantity(
            label="mean wait at 90% utilization against 70%",
            unit="×",
            digits=2,
            of=lambda r: r["u90"]["wait"] / r["u70"]["wait"],
        ),
    },
    claims=(
        Claim(
            "Up to 90% utilization, the share of requests that wait is"
            " on average within five percentage points of Erlang C for"
            " the load that was reached",
            quantity="gap",
            at_most=5.0,
        ),
        Claim(
            "From 70% to 90% utilization the mean wait grows at least"
            " fourfold",
            quantity="growth",
            at_least=4.0,
        ),
    ),
)
