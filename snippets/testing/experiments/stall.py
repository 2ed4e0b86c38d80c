"""What each way to send load reports of one stall of a second.

The service is one process that answers within milliseconds, but for one
second in the middle. A request is late if it took more than a tenth of
that second. At rate R over T seconds, with a stall of S:

- Of arrivals that wait for nobody, R (S - S/10) are late: a share of
  0.9 S / T. The 95th percentile is S - 0.05 T, by the same counting.
- Of N users who wait for their answers, each is caught once: N of
  R (T - S), as they send nothing meanwhile. Ten users are fewer than
  one request in twenty, so the 95th percentile is that of a day
  without a stall.
- Of N = R S users, each would have come once during the stall anyway,
  and the share is that of the arrivals.
- Users who never pause send many more requests before and after, so
  that those who were caught are a smaller share still.

The truth is that of `lab.load`, whose generator is a process of its
own. The listings send from this process; a round in which its event
loop was late is void.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from functools import partial

import httpx

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
from lab.load import Closed, Fixed, Plan, generate, serve
from snippets.testing import load, naive_load
from snippets.testing.experiments import _stalled
from snippets.testing.experiments._connections import Connections

TARGET = f"{_stalled.__name__}:app"
RATE, SECONDS, STALL_S = 100, 8.0, 1.0
USERS = 10
BEFORE_S = 0.5  # what starts meanwhile does not count
LATE = 0.1  # of the stall
TICK_S = 0.005
LAG_S = 0.005  # beyond it, of 1 % of the ticks, a round is void

Send = Callable[[], Awaitable[None]]
Sends = Callable[[Send, float, float], Awaitable[list[float]]]
Report = Callable[[Setting, str], Awaitable[list[float]]]


async def lags(found: list[float]) -> None:
    """How late the event loop is, again and again."""
    while True:
        due = time.perf_counter() + TICK_S
        await asyncio.sleep(TICK_S)
        found.append(time.perf_counter() - due)


def void(late: list[float]) -> str | None:
    """Why what was found means nothing."""
    found = quantile(late, 0.99)
    reason = f"the load was {1000 * found:.0f} ms late for 1 % of it"
    return reason if found > LAG_S else None


async def from_here(
    sends: Sends, setting: Setting, url: str
) -> list[float]:
    """The latencies that a load of this process reports."""
    rate, seconds = (setting.conditions[n] for n in ("rate", "seconds"))
    connections, late = Connections(url), list[float]()
    ticking = asyncio.create_task(lags(late))
    try:
        await sends(connections.get, rate, BEFORE_S)
        latencies = await sends(connections.get, rate, seconds)
    finally:
        ticking.cancel()
        await connections.close()
    if math.inf in latencies:
        raise RuntimeError("a request failed, which was no stall")
    setting.disturbed(void(late))
    return latencies


async def from_there(
    arrivals: Fixed | Closed, setting: Setting, url: str
) -> list[float]:
    """Those that the laboratory's generator reports."""
    seconds = setting.conditions["seconds"]
    plan = Plan(url, arrivals, seconds, settle_s=BEFORE_S)
    found = await generate(plan)
    setting.disturbed(found.void)
    return found.latencies_s()


async def truth(setting: Setting, url: str) -> list[float]:
    return await from_there(Fixed(RATE), setting, url)


async def run(setting: Setting, report: Report) -> Values:
    stall_s = setting.conditions["stall_s"]
    middle = BEFORE_S + (setting.conditions["seconds"] - stall_s) / 2
    with serve(TARGET) as app:
        order = {"after_s": middle, "seconds": stall_s}
        async with httpx.AsyncClient(base_url=app.url) as client:
            answer = await client.post("/stall", json=order)
            answer.raise_for_status()
        latencies = await report(setting, app.url)
    late = sum(one > LATE * stall_s for one in latencies)
    return {
        "late": 100 * late / len(latencies),
        "p95": quantile(latencies, 0.95),
        "sent": float(len(latencies)),
    }


def quantile(values: list[float], share: float) -> float:
    """The smallest that at least this share does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def shown(variant: str, metric: str) -> Callable[[Round], float]:
    return lambda samples: samples[variant][metric]


def hidden(variant: str) -> Callable[[Round], float]:
    return lambda r: r["truth"]["p95"] / r[variant]["p95"]


EXPERIMENT = Experiment(
    question="What does a load report of a stall of one second?",
    conditions={"rate": RATE, "seconds": SECONDS, "stall_s": STALL_S},
    rehearsal={"seconds": 0.3, "stall_s": 0.1},
    rounds=3,
    metrics={
        "late": Metric(label="late requests, as reported", unit="%"),
        "p95": Metric(label="95th percentile, as reported", unit="s"),
        "sent": Metric(label="requests sent", unit=""),
    },
    variants={
        "truth": Variant(
            label="arrivals, from when they are due",
            run=partial(run, report=truth),
            baseline=True,
        ),
        "arrivals": Variant(
            label="the same, by our listing",
            run=partial(run, report=partial(from_here, load.load)),
        ),
        "hundred": Variant(
            label="100 users, one request a second each",
            run=partial(
                run,
                report=partial(
                    from_here,
                    partial(naive_load.load, users=int(RATE * STALL_S)),
                ),
            ),
        ),
        "ten": Variant(
            label="10 users, ten requests a second each",
            run=partial(
                run,
                report=partial(
                    from_here, partial(naive_load.load, users=USERS)
                ),
            ),
        ),
        "flat": Variant(
            label="10 users without a pause",
            run=partial(
                run,
                report=partial(from_there, Closed(USERS)),
            ),
        ),
    },
    quantities={
        "late_truth": Quantity(
            label="late of arrivals",
            unit="%",
            of=shown("truth", "late"),
            digits=3,
        ),
        "late_arrivals": Quantity(
            label="late of arrivals, by our listing",
            unit="%",
            of=shown("arrivals", "late"),
            digits=3,
        ),
        "late_hundred": Quantity(
            label="late of the requests of 100 users",
            unit="%",
            of=shown("hundred", "late"),
            digits=3,
        ),
        "late_ten": Quantity(
            label="late of the requests of 10 users",
            unit="%",
            of=shown("ten", "late"),
        ),
        "late_flat": Quantity(
            label="late of the requests of 10 users without a pause",
            unit="%",
            of=shown("flat", "late"),
            digits=1,
        ),
        "p95": Quantity(
            label="95th percentile of arrivals",
            unit="s",
            of=shown("truth", "p95"),
        ),
        "hidden_ten": Quantity(
            label="95th percentile of arrivals against 10 users",
            unit="×",
            of=hidden("ten"),
        ),
        "hidden_hundred": Quantity(
            label="95th percentile of arrivals against 100 users",
            unit="×",
            of=hidden("hundred"),
        ),
    },
    claims=(
        Claim(
            "Of arrivals, nine tenths of those due during the stall are"
            " late, 11.25%: within a point",
            quantity="late_truth",
            at_least=10.25,
            at_most=12.25,
        ),
        Claim(
            "Our listing reports the same, within a point",
            quantity="late_arrivals",
            at_least=10.25,
            at_most=12.25,
        ),
        Claim(
            "A hundred users, as many as are due during the stall,"
            " report the same, within a point",
            quantity="late_hundred",
            at_least=10.25,
            at_most=12.25,
        ),
        Claim(
            "Ten users report one late request each at most, ten of"
            " some 700: below 1.6%",
            quantity="late_ten",
            at_most=1.6,
        ),
        Claim(
            "Ten users without a pause report less than a fifth of a"
            " percent: they send more than 5,000 requests",
            quantity="late_flat",
            at_most=0.2,
        ),
        Claim(
            "The 95th percentile of arrivals is 0.6 s, within a tenth",
            quantity="p95",
            at_least=0.54,
            at_most=0.66,
        ),
        Claim(
            "That of ten users is below a sixth of it: no request that"
            " was caught is in it",
            quantity="hidden_ten",
            at_least=6,
        ),
        Claim(
            "That of a hundred users is the same, within a tenth",
            quantity="hidden_hundred",
            at_least=0.9,
            at_most=1.1,
        ),
    ),
)
