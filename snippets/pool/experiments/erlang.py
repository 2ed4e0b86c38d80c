"""Erlang C against a pool of ten, from half loaded to nearly full.

Arrivals are a Poisson process that does not wait for answers. Each
holds a connection for a time drawn from an exponential distribution:
it sleeps in PostgreSQL, shorter by what taking, asking and giving
back (the pool resets the connection) were measured to cost.
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
from snippets.pool.erlang import mean_wait, probability_of_waiting

CONNECTIONS = 10
UTILIZATIONS = (50, 70, 80, 90, 95)


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
        await connection.execute("SELECT pg_sleep($1)", max(0.0, sleep))
    finally:
        await pool.release(connection)
    log.waited.append(must_wait)
    log.waits.append(acquired - arrived)
    log.holds.append(time.perf_counter() - acquired)


async def overhead(pool: asyncpg.Pool, setting: Setting) -> float:
    """Seconds that a connection is held beyond the sleep."""
    sleep: float = setting.conditions["mean_hold_s"]
    log = Log()
    end = time.perf_counter() + setting.conditions["calibration_s"]

    async def client() -> None:
        while time.perf_counter() < end:
            await request(pool, sleep, log)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return statistics.fmean(log.holds) - sleep


async def run(percent: int, setting: Setting) -> dict[str, float]:
    load = CONNECTIONS * percent / 100
    hold, seconds = (
        setting.conditions[name] for name in ("mean_hold_s", "seconds")
    )
    settling, log = Log(), Log()
    async with asyncpg.create_pool(
        setting.dsn, min_size=CONNECTIONS, max_size=CONNECTIONS
    ) as pool:
        extra = await overhead(pool, setting)
        arrival = time.perf_counter()
        counted = arrival + setting.conditions["settle_s"]
        async with asyncio.TaskGroup() as requests:
            while arrival < counted + seconds:
                arrival += random.expovariate(load / hold)
                await asyncio.sleep(arrival - time.perf_counter())
                sleep = random.expovariate(1 / hold) - extra
                into = log if arrival >= counted else settling
                requests.create_task(request(pool, sleep, into))
    return {
        "waited": 100 * statistics.fmean(log.waited),
        "predicted_waited": 100
        * probability_of_waiting(CONNECTIONS, load),
        "wait": statistics.fmean(log.waits) / hold,
        "predicted_wait": mean_wait(CONNECTIONS, load, hold) / hold,
        "utilization": 100 * sum(log.holds) / CONNECTIONS / seconds,
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
        "mean_hold_s": 0.01,
        "calibration_s": 0.5,
        "settle_s": 1.0,
        "seconds": 5.0,
    },
    rehearsal={
        "mean_hold_s": 0.002,
        "calibration_s": 0.05,
        "settle_s": 0.02,
        "seconds": 0.2,
    },
    rounds=5,
    metrics={
        "waited": Metric(label="measured", unit="%"),
        "predicted_waited": Metric(label="Erlang C", unit="%"),
        "wait": Metric(label="measured", unit="× hold"),
        "predicted_wait": Metric(label="Erlang C", unit="× hold"),
        "utilization": Metric(label="utilization reached", unit="%"),
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
            " on average within eight percentage points of Erlang C",
            quantity="gap",
            at_most=8.0,
        ),
        Claim(
            "From 70% to 90% utilization the mean wait grows at least"
            " fourfold",
            quantity="growth",
            at_least=4.0,
        ),
    ),
)
