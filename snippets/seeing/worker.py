"""One of several processes that serve, and what it counts.

It counts a hundred orders, says so, and works until its input ends.
"""

import sys

from prometheus_client import CollectorRegistry, Counter, Gauge

ORDERS = 100
BUSY = 2


# --8<-- [start:metrics]
def count(registry: CollectorRegistry | None) -> None:
    orders = Counter("orders", "Placed.", registry=registry)
    busy = Gauge(
        "busy_connections",
        "Of the pool.",
        multiprocess_mode="livesum",
        registry=registry,
    )
    orders.inc(ORDERS)
    busy.set(BUSY)


# --8<-- [end:metrics]


def work() -> None:
    count(CollectorRegistry())
    print("counted", flush=True)
    sys.stdin.read()
