"""What the service counts, and how long requests take, until the last byte is sent.

A route is a label as it was written, `/orders/{number}`: with the number of each order in it, the
series fill the memory of Prometheus. Requests that fail or are refused are counted like the others.
"""

import os
import time
from contextlib import ExitStack

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
DEADLINES_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
REQUESTS = Histogram(
    "shop_request_seconds",
    "Requests, until the end of the answer",
    ["method", "route", "status"],
    buckets=DEADLINES_S,
)
CACHE = Counter("shop_cache_total", "Look-ups in the cache", ["found"])
REDIS = Counter("shop_redis_failures_total", "Calls that Redis did not answer", ["error"])
RETRIES = Counter("shop_retries_total", "Transactions that were tried again", ["error"])
JOBS = Counter("shop_jobs_total", "Jobs that were run", ["entrypoint", "outcome"])


def exposed() -> bytes:
    """What Prometheus reads: of all processes, if they share a directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together)


def route_of(scope: Scope) -> str:
    """The route as it was written, with the prefix of its router."""
    of_router = scope.get("fastapi", {}).get("effective_route_context")
    return str(getattr(of_router or scope.get("route"), "path", "none"))


class Measured:
    """Observes each request once: at its end, or when it was cut off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started, begun = "cut off", "", time.perf_counter()

        def observe() -> None:
            method = scope["method"] if scope["method"] in METHODS else "other"
            taken = time.perf_counter() - begun
            REQUESTS.labels(method, route_of(scope), status).observe(taken)

        with ExitStack() as once:
            once.callback(observe)

            async def seen(message: Message) -> None:
                nonlocal status, started
                if message["type"] == "http.response.start":
                    started = str(message["status"])
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    status = started
                    once.close()

            try:
                await self._app(scope, receive, seen)
            except Exception:
                status = "cut off" if started else "500"  # Starlette answers, outside of this
                raise
