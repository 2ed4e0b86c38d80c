"""What load generators that people use report of one stall of a second.

The service, its stall and the truth are those of `stall`. A request is
late if it took more than a tenth of the stall. At rate R over T
seconds, with a stall of S:

- hey and Locust have ten users with a clock each. A user who waits
  sends nothing and makes up for one request at most, so ten are late of
  R (T - S), and the 95th percentile is that of a day without a stall.
- wrk has ten users who never pause. They too are caught once each, but
  wrk corrects what it saw: it takes it that a user sends each E
  seconds, E being what a request took on average, the stall counted
  in, and to a latency L it adds L - E, L - 2 E and so on down to E. Of
  N users who sent T / E each that makes N S / E more latencies, as
  many as were sent in S seconds, and 0.9 of them are late: for each
  request that was sent 0.9 S / T, as of arrivals. Its report has more:
  a share of S / (T + S) of it was never measured, so 0.9 S / (T + S) of
  it are late, and the 95th percentile is S - 0.05 (T + S), at most:
  what scatters in ordinary times adds latencies, too, none of them
  late. How many those are is not known beforehand, so nothing bounds
  its report from below.
- Locust is honest with users who start a request when it is due, in a
  greenlet of its own, and wait for none: then the counting is that of
  arrivals. A hundred users who wait would do for a stall of a
  second, as in `stall`, and would not for two: how many it takes is
  known when it is known how long the service stalls. So it is not them.

Whether a program was late: Locust's loop looks for itself. Beside hey,
which does not, our own loop looks whether processes come to run here.
wrk has no times at which it means to send.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

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
from snippets.testing.experiments import _programs, stall
from snippets.testing.experiments._programs import Load, Report

RATE, SECONDS, STALL_S, USERS = stall.RATE, 8, 1.0, 10
LAG_S = 0.02  # of 8 s: it moves what is late by a quarter of a point

Generator = Callable[[Load], Awaitable[Report]]


async def prepare(setting: Setting) -> None:
    """Tell what is not there before anything has run.

    Raises:
        NoProgramError: a program is not.
    """
    _programs.require()


async def hey(load: Load) -> Report:
    """What hey reports, and how late a loop beside it was."""
    late = list[float]()
    ticking = asyncio.create_task(stall.lags(late))
    try:
        found = await _programs.hey(load)
    finally:
        ticking.cancel()
    return Report(found.latencies_s, found.sent, late)


def void(lags: list[float]) -> str | None:
    """Why what was found means nothing."""
    late = stall.quantile(lags, 0.99) if lags else 0.0
    reason = f"the load was {1000 * late:.0f} ms late for 1 % of it"
    return reason if late > LAG_S else None


def for_each_sent(samples: Round) -> float:
    """How many latencies wrk reports as late, of 100 requests."""
    found = samples["wrk"]
    return found["late"] / (1 - found["added"] / 100)


async def run(setting: Setting, generator: Generator) -> Values:
    """A stall of the service, under the load of a program."""
    found = list[Report]()
    users, rate, seconds = (
        setting.conditions[name]
        for name in ("users", "rate", "seconds")
    )

    async def report(setting: Setting, url: str) -> list[float]:
        one = await generator(Load(url, users, rate, seconds))
        setting.disturbed(void(one.lags_s))
        found.append(one)
        return one.latencies_s

    values = await stall.run(setting, report)
    sent = float(found[0].sent)
    added = 100 * (1 - sent / values["sent"])
    return {**values, "sent": sent, "added": added}


async def truth(setting: Setting) -> Values:
    return {**await stall.run(setting, stall.truth), "added": 0.0}


EXPERIMENT = Experiment(
    question="What do load generators report of a stall of one second?",
    environments=frozenset({"locust"}),
    prepare=prepare,
    conditions={
        "rate": RATE,
        "seconds": SECONDS,  # whole ones: wrk takes no others
        "stall_s": STALL_S,
        "users": USERS,
    },
    rehearsal={"seconds": 1, "stall_s": 0.1},
    rounds=3,
    metrics={
        "late": Metric(label="late requests, as reported", unit="%"),
        "p95": Metric(label="95th percentile, as reported", unit="s"),
        "sent": Metric(label="requests sent", unit=""),
        "added": Metric(label="reported, but not measured", unit="%"),
    },
    variants={
        "truth": Variant(
            label="arrivals, from when they are due",
            run=truth,
            baseline=True,
        ),
        "arriving": Variant(
            label="Locust, a greenlet for each request",
            run=partial(
                run,
                generator=partial(_programs.locust, users="Arriving"),
            ),
        ),
        "wrk": Variant(
            label="wrk, 10 connections",
            run=partial(run, generator=_programs.wrk),
        ),
        "locust": Variant(
            label="Locust, 10 users, constant_throughput",
            run=partial(
                run,
                generator=partial(_programs.locust, users="Waiting"),
            ),
        ),
        "hey": Variant(
            label="hey, 10 workers, -q 10",
            run=partial(run, generator=hey),
        ),
    },
    quantities={
        "late_truth": Quantity(
            label="late of arrivals",
            unit="%",
            of=stall.shown("truth", "late"),
            digits=3,
        ),
        "late_arriving": Quantity(
            label="late of a greenlet for each request, by Locust",
            unit="%",
            of=stall.shown("arriving", "late"),
            digits=3,
        ),
        "late_wrk": Quantity(
            label="late, by wrk",
            unit="%",
            of=stall.shown("wrk", "late"),
        ),
        "late_wrk_sent": Quantity(
            label="late, by wrk, for each request that it sent",
            unit="%",
            of=for_each_sent,
            digits=3,
        ),
        "late_locust": Quantity(
            label="late of the requests of 10 users, by Locust",
            unit="%",
            of=stall.shown("locust", "late"),
        ),
        "late_hey": Quantity(
            label="late of the requests of 10 users, by hey",
            unit="%",
            of=stall.shown("hey", "late"),
        ),
        "added": Quantity(
            label="latencies of wrk's report that were not measured",
            unit="%",
            of=stall.shown("wrk", "added"),
        ),
        "hidden_arriving": Quantity(
            label="95th percentile of arrivals against Locust's, with a"
            " greenlet for each request",
            unit="×",
            of=stall.hidden("arriving"),
        ),
        "hidden_wrk": Quantity(
            label="95th percentile of arrivals against wrk's",
            unit="×",
            of=stall.hidden("wrk"),
        ),
        "hidden_locust": Quantity(
            label="95th percentile of arrivals against Locust's",
            unit="×",
            of=stall.hidden("locust"),
        ),
        "hidden_hey": Quantity(
            label="95th percentile of arrivals against hey's",
            unit="×",
            of=stall.hidden("hey"),
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
            "Locust reports the same, within a point, when no request"
            " waits for another",
            quantity="late_arriving",
            at_least=10.25,
            at_most=12.25,
        ),
        Claim(
            "and a 95th percentile within a tenth",
            quantity="hidden_arriving",
            at_least=0.9,
            at_most=1.1,
        ),
        Claim(
            "wrk reports as many late latencies, of the requests that"
            " it sent, within a point",
            quantity="late_wrk_sent",
            at_least=10.25,
            at_most=12.25,
        ),
        Claim(
            "and has measured ten of them: a ninth of what it reports,"
            " 11.1%, less a point at most, was added",
            quantity="added",
            at_least=10.1,
        ),
        Claim(
            "Of its report a tenth is late or less, within a point, as"
            " what it adds in ordinary times is not late",
            quantity="late_wrk",
            at_most=11,
        ),
        Claim(
            "and its 95th percentile is not above that of arrivals, but"
            " for a fiftieth",
            quantity="hidden_wrk",
            at_least=0.98,
        ),
        Claim(
            "Ten users of Locust report one late request each at most,"
            " ten of some 700: below 1.6%",
            quantity="late_locust",
            at_most=1.6,
        ),
        Claim(
            "Ten workers of hey do, too",
            quantity="late_hey",
            at_most=1.6,
        ),
        Claim(
            "The 95th percentile of Locust's users is below a sixth of"
            " that of arrivals",
            quantity="hidden_locust",
            at_least=6,
        ),
        Claim(
            "and so is that of hey's",
            quantity="hidden_hey",
            at_least=6,
        ),
    ),
)
