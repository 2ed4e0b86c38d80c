"""What a load consists of: when requests are sent, which, where to, and within which bounds."""

import ipaddress
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST_S = 600.0
MOST_REQUESTS = 1_000_000
MOST_CONNECTIONS = 900  # select(), which alone wakes on time, takes no file number above 1023


@dataclass(frozen=True)
class Poisson:
    """An open loop in which each arrival is independent of all others and of the answers.

    Attributes:
        rate: arrivals a second on average.
    """

    rate: float


@dataclass(frozen=True)
class Fixed:
    """An open loop in which arrivals have the same distance, whatever the answers do.

    Attributes:
        rate: arrivals a second.
    """

    rate: float


@dataclass(frozen=True)
class Closed:
    """A closed loop: each client sends its next request when it has the answer to the last.

    A slow application is asked less; latency under a closed loop tells nothing of what arrivals
    that do not wait would meet.

    Attributes:
        clients: how many send, each on a connection of its own.
        think_s: seconds from an answer to the next request.
    """

    clients: int
    think_s: float = 0.0


Arrivals = Poisson | Fixed | Closed


@dataclass(frozen=True)
class Request:
    """One request, sent as it is.

    Attributes:
        path: with its query, beginning with a slash.
        method: not HEAD, whose answer has no body where others have one.
        headers: further headers; Host and Content-Length are added.
        body: may be empty.
    """

    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def encoded(self, host: str) -> bytes:
        """The bytes of HTTP/1.1."""
        body = self.body.encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if body or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Plan:
    """A load, bounded in time, in number and to this machine.

    Attributes:
        url: such as "http://127.0.0.1:8000"; the address must be one of loopback.
        arrivals: when requests are sent.
        seconds: for how long requests are sent that count.
        requests: sent in turn.
        settle_s: seconds before, whose requests do not count.
        timeout_s: a request without an answer this long after its scheduled time has failed.
        connections: how many are open before the first request, in an open loop; more are opened
            when all are busy.
        lag_bound_s: at most one request in a hundred may be sent later than scheduled by more
            than this; else the load is void.
        seed: of the arrivals of a Poisson process.

    Raises:
        ValueError: the address is not of this machine, or a bound is exceeded or not positive.
    """

    url: str
    arrivals: Arrivals
    seconds: float
    requests: tuple[Request, ...] = (Request(),)
    settle_s: float = 0.0
    timeout_s: float = 10.0
    connections: int = 10
    lag_bound_s: float = 0.005
    seed: int = 0

    def __post_init__(self) -> None:
        _ = self.address
        _require(bool(self.requests), "a load without requests loads nothing")
        _require(
            self.seconds > 0 and self.settle_s >= 0 and self.seconds + self.settle_s <= LONGEST_S,
            f"a load lasts more than 0 and at most {LONGEST_S:.0f} s",
        )
        _require(0 < self.timeout_s <= LONGEST_S, "timeout_s is not within a load's length")
        _require(self.lag_bound_s > 0, "lag_bound_s is not positive")
        if isinstance(self.arrivals, Closed):
            _connections("clients", self.arrivals.clients)
            _require(self.arrivals.think_s >= 0, "think_s is negative")
        else:
            _connections("connections", self.connections)
            rate = self.arrivals.rate
            _require(math.isfinite(rate) and rate > 0, f"rate is {rate}, not a positive number")
            asked = rate * (self.seconds + self.settle_s)
            _require(
                asked <= MOST_REQUESTS,
                f"{asked:,.0f} requests are more than the {MOST_REQUESTS:,} that a load may have",
            )

    @property
    def address(self) -> tuple[str, int]:
        """Where to connect.

        Raises:
            ValueError: it is not http on a loopback address with a port.
        """
        parts = urlsplit(self.url)
        try:
            loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
        except ValueError:
            loopback = False
        if parts.scheme != "http" or not loopback or not parts.port or not parts.hostname:
            raise ValueError(
                f"load goes to this machine only: {self.url!r} is not http://127.0.0.1:PORT"
            )
        return parts.hostname, parts.port

    def encoded(self) -> list[bytes]:
        """The bytes of each request."""
        host = urlsplit(self.url).netloc
        return [request.encoded(host) for request in self.requests]


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, for the process that carries it out."""
    found = dict(vars(plan))
    found["arrivals"] = {"kind": type(plan.arrivals).__name__, **vars(plan.arrivals)}
    found["requests"] = [vars(request) for request in plan.requests]
    return found


def from_json(found: dict[str, Any]) -> Plan:
    """The plan that `to_json` described."""
    kinds = {kind.__name__: kind for kind in (Poisson, Fixed, Closed)}
    arrivals = dict(found["arrivals"])
    kind = kinds[arrivals.pop("kind")]
    requests = [
        Request(**{**request, "headers": tuple(map(tuple, request["headers"]))})
        for request in found["requests"]
    ]
    return Plan(**{**found, "arrivals": kind(**arrivals), "requests": tuple(requests)})


def _connections(what: str, number: int) -> None:
    _require(
        1 <= number <= MOST_CONNECTIONS, f"{what} is {number}: between 1 and {MOST_CONNECTIONS}"
    )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
