"""Users who wait for their answers, and users who do not.

The command line names one of the two classes. What Locust reports of
each request is written at the end, and how late its own loop was.
"""

import itertools
import json
import os
from pathlib import Path
from time import perf_counter
from typing import Any

import gevent
from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment

RATE, SECONDS = (float(os.environ[n]) for n in ("RATE", "SECONDS"))
USERS = int(os.environ["USERS"])
TICK_S = 0.005

latencies, lags, failures = list[float](), list[float](), list[str]()
turns = itertools.count()


class Waiting(FastHttpUser):
    """Together they send at the rate, one after the other."""

    wait_time = constant_throughput(RATE / USERS)

    def on_start(self) -> None:
        gevent.sleep(next(turns) / RATE)

    @task
    def get(self) -> None:
        self.client.get("/")


class Arriving(FastHttpUser):
    """Each sends when a request is due, and waits for none."""

    concurrency = 10_000  # connections; by default ten

    @task
    def get(self) -> None:
        first = perf_counter() + next(turns) / RATE
        for number in itertools.count():
            due = first + number * USERS / RATE
            gevent.sleep(max(0.0, due - perf_counter()))
            gevent.spawn(self.client.get, "/")


@events.request.add_listener
def answered(
    response_time: float, exception: Exception | None, **_: Any
) -> None:
    latencies.append(response_time / 1000)
    if exception is not None:
        failures.append(repr(exception))


@events.test_start.add_listener
def started(environment: Environment, **_: Any) -> None:
    gevent.spawn(end, environment)


def end(environment: Environment) -> None:
    """See how late the loop is, until the time is over.

    Locust's own --run-time begins when the loop last looked at its
    clock, and that was before the imports.
    """
    began = perf_counter()
    while (due := perf_counter() + TICK_S) < began + SECONDS:
        gevent.sleep(TICK_S)
        lags.append(perf_counter() - due)
    environment.runner.quit()


@events.quitting.add_listener
def write(**_: Any) -> None:
    found = {
        "latencies_s": latencies,
        "lags_s": lags,
        "failures": failures,
    }
    report = Path(os.environ["REPORT"])
    report.write_text(json.dumps(found), encoding="utf-8")
