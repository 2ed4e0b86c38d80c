"""What happened inside a Redis server: calls and time of each command, hits, bytes, processor time.

Redis times a command from the moment it begins to execute: without reading the request, without
the queue in front of its one thread, and without sending the answer.

All figures are differences of the server's counters, so that nothing is set back and a server in
use can be looked at; commands of other clients meanwhile are counted too.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from redis import Redis, ResponseError

from lab.inside import UnavailableError

Histogram = dict[int, int]  # upper bound in microseconds -> calls in that bucket


@dataclass(frozen=True)
class Command:
    """One command: what all its calls did together.

    Attributes:
        calls: how many times it was executed.
        total_s: seconds of all calls, by the server's clock.
        failed: calls that answered an error.
        rejected: calls that were refused before they began, as by a full memory.
        histogram: calls by an upper bound of their duration in microseconds, each about twice
            the one before; empty where the server does not tell.
    """

    calls: int
    total_s: float
    failed: int
    rejected: int
    histogram: Histogram = field(default_factory=dict)

    @property
    def mean_s(self) -> float:
        """Seconds of a call on average.

        Raises:
            ZeroDivisionError: there was no call.
        """
        return self.total_s / self.calls

    def quantile_below_s(self, share: float) -> float:
        """A bound in seconds below which this share of the calls took; at most twice the quantile.

        Raises:
            UnavailableError: the server keeps no histogram.
        """
        if not self.histogram:
            raise UnavailableError(
                "The server keeps no histogram of latencies; Redis does from 7.0 on, unless "
                "latency-tracking is off."
            )
        wanted = math.ceil(share * sum(self.histogram.values()))
        seen = 0
        for bound, calls in sorted(self.histogram.items()):
            seen += calls
            if seen >= wanted:
                return bound / 1e6
        raise AssertionError("the buckets hold all calls")


@dataclass
class Commands:
    """What the server did; set when the block ends.

    Attributes:
        by_name: each command that was called, such as "get" or "client|tracking".
        hits: reads of keys that were there.
        misses: reads of keys that were not.
        evicted: keys removed because memory was full.
        expired: keys removed because their time had come.
        received_bytes: from all clients.
        sent_bytes: to all clients.
        connections: how many were accepted.
        processor_s: processor time of the server in seconds, user and system.
    """

    by_name: dict[str, Command] = field(default_factory=dict)
    hits: int = 0
    misses: int = 0
    evicted: int = 0
    expired: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    connections: int = 0
    processor_s: float = 0.0

    def __getitem__(self, name: str) -> Command:
        """The command of this name.

        Raises:
            LookupError: it was not called; the message lists those that were.
        """
        if name not in self.by_name:
            called = ", ".join(sorted(self.by_name)) or "none"
            raise LookupError(f"no {name!r} was called; there were: {called}")
        return self.by_name[name]


@contextmanager
def commands(url: str) -> Iterator[Commands]:
    """What the server does inside the block, for whatever client; without the instrument's looks.

    Args:
        url: where the server is.

    Raises:
        UnavailableError: the server does not tell.
    """
    found = Commands()
    with Redis.from_url(url, decode_responses=True) as client:
        before = _look(client)
        yield found
        after = _look(client)
    then, now = before.info, after.info
    found.hits = now["keyspace_hits"] - then["keyspace_hits"]
    found.misses = now["keyspace_misses"] - then["keyspace_misses"]
    found.evicted = now["evicted_keys"] - then["evicted_keys"]
    found.expired = now["expired_keys"] - then["expired_keys"]
    found.received_bytes = now["total_net_input_bytes"] - then["total_net_input_bytes"]
    found.sent_bytes = now["total_net_output_bytes"] - then["total_net_output_bytes"]
    found.connections = now["total_connections_received"] - then["total_connections_received"]
    found.processor_s = _processor_s(now) - _processor_s(then)
    for name, figures in after.commands.items():
        earlier = before.commands.get(name, {})
        histogram = _less(after.histograms.get(name, {}), before.histograms.get(name, {}))
        command = Command(
            calls=int(figures["calls"] - earlier.get("calls", 0)),
            total_s=(figures["usec"] - earlier.get("usec", 0)) / 1e6,
            failed=int(figures.get("failed_calls", 0) - earlier.get("failed_calls", 0)),
            rejected=int(figures.get("rejected_calls", 0) - earlier.get("rejected_calls", 0)),
            histogram=histogram,
        )
        if name not in _OURS and (command.calls or command.rejected):
            found.by_name[name] = command


# What a look itself calls.
_OURS = frozenset({"info", "latency|histogram"})


@dataclass(frozen=True)
class _Look:
    info: dict[str, Any]
    commands: dict[str, dict[str, float]]
    histograms: dict[str, Histogram]


def _look(client: Redis) -> _Look:
    try:
        histograms = _histograms(client)
        info = {
            **client.info("stats"),
            **client.info("cpu"),
        }
        stats = client.info("commandstats")
    except ResponseError as error:
        raise UnavailableError(
            f"The Redis server does not tell: {error}. Use a server of the lab."
        ) from None
    prefix = "cmdstat_"
    return _Look(
        info, {key.removeprefix(prefix): value for key, value in stats.items()}, histograms
    )


def _histograms(client: Redis) -> dict[str, Histogram]:
    """Calls in each bucket, of each command."""
    try:
        answer = client.execute_command("LATENCY", "HISTOGRAM")  # type: ignore[no-untyped-call]
    except ResponseError:  # before 7.0
        return {}
    pairs = answer.items() if isinstance(answer, dict) else _pairs(answer)
    return {name: _buckets(dict(_pairs(figures))) for name, figures in pairs}


def _buckets(figures: dict[str, Any]) -> Histogram:
    """The server counts the calls up to each bound; here are those of each bucket alone."""
    found: Histogram = {}
    below = 0
    for bound, calls in _pairs(figures["histogram_usec"]):
        found[int(bound)] = int(calls) - below
        below = int(calls)
    return found


def _pairs(flat: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(flat, dict):
        yield from flat.items()
    else:
        yield from zip(flat[::2], flat[1::2], strict=True)


def _less(after: Histogram, before: Histogram) -> Histogram:
    difference = {bound: calls - before.get(bound, 0) for bound, calls in after.items()}
    return {bound: calls for bound, calls in difference.items() if calls}


def _processor_s(info: dict[str, Any]) -> float:
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])
