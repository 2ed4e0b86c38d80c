"""Carrying out a plan; this runs in the generator's process.

Requests are written to connections of asyncio as bytes made beforehand, and httptools reads the
answers. The event loop waits with select(), because its timeout is one of microseconds: epoll's is
one of milliseconds, and an arrival would be up to a millisecond late.
"""

import asyncio
import math
import random
import selectors
import time
from collections import deque
from collections.abc import Iterator

import httptools

from lab.load.load import NO_CONNECTION, Load, Sent
from lab.load.plan import MOST_CONNECTIONS, MOST_REQUESTS, Closed, Fixed, Plan

TICK_S = 0.005
SWEEP_S = 0.05
AFTER_A_FAILURE_S = 0.01


def send(plan: Plan) -> Load:
    """Send the load to its end, and wait for the last answer."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(_Sending(plan).run())


def arrivals(plan: Plan) -> Iterator[float]:
    """When the requests of an open loop are due, in seconds after its beginning.

    Raises:
        TypeError: the plan is a closed loop.
    """
    if isinstance(plan.arrivals, Closed):
        raise TypeError("in a closed loop the answers decide when requests are due")
    end = plan.settle_s + plan.seconds
    rate = plan.arrivals.rate
    if isinstance(plan.arrivals, Fixed):
        # 0.1 + 0.2 is a little above 0.3; the request after the last is not due for that.
        yield from (number / rate for number in range(math.ceil(rate * end - 1e-6)))
        return
    chance = random.Random(plan.seed)
    due = chance.expovariate(rate)
    while due < end:
        yield due
        due += chance.expovariate(rate)


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


class _Flight:
    """A request between the time when it is due and its end."""

    __slots__ = ("after", "begun", "connection", "due", "ended")

    def __init__(self, after: float, due: float, begun: float) -> None:
        self.after = after  # the beginning; due is the same by the loop's clock
        self.due = due
        self.begun = begun
        self.ended = False
        self.connection: _Connection | None = None


class _Connection(asyncio.Protocol):
    """One connection to the application, with at most one request on it."""

    def __init__(self, sending: "_Sending") -> None:
        self._sending = sending
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._keep = True
        self.flight: _Flight | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end("not HTTP")
            self.abort()

    def on_headers_complete(self) -> None:
        self._keep = self._parser.should_keep_alive()

    def on_message_complete(self) -> None:
        status = str(self._parser.get_status_code())
        flight, self.flight = self.flight, None
        if self._keep:
            self._sending.idle(self)
        else:
            self.abort()
        if flight:
            self._sending.ended(flight, status)

    def connection_lost(self, error: Exception | None) -> None:
        self._sending.lost(self)
        self._end("reset" if isinstance(error, ConnectionError) else "closed")

    def put(self, flight: _Flight, request: bytes) -> None:
        """Send the request of this flight."""
        assert self._transport
        self.flight, flight.connection = flight, self
        self._transport.write(request)

    def abort(self) -> None:
        """Close it at once."""
        assert self._transport
        self._transport.abort()

    def _end(self, outcome: str) -> None:
        flight, self.flight = self.flight, None
        if flight:
            self._sending.ended(flight, outcome)


class _Sending:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._requests = plan.encoded()
        self._next = 0
        self._count = 0
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._opening = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._flights: deque[_Flight] = deque()
        self._pending = 0
        self._sent: list[Sent] = []
        self._lags: list[float] = []
        self._closed = isinstance(plan.arrivals, Closed)

    async def run(self) -> Load:
        """Send everything, and answer what came of it."""
        plan = self._plan
        self._loop = asyncio.get_running_loop()
        wanted = plan.arrivals.clients if isinstance(plan.arrivals, Closed) else plan.connections
        await self._open(wanted)
        self._begin = self._loop.time()
        self._end = self._begin + plan.settle_s + plan.seconds
        self._finished = self._loop.create_future()
        used = time.process_time()
        self._tick(self._begin)
        self._sweep()
        if isinstance(plan.arrivals, Closed):
            for _ in range(plan.arrivals.clients):
                self._fire(0.0)
        else:
            self._due = arrivals(plan)
            self._schedule(next(self._due, None))
        await asyncio.sleep(self._end - self._begin)
        used = time.process_time() - used
        if self._pending:
            await self._finished
        for connection in list(self._all):
            connection.abort()
        return Load(
            plan,
            tuple(sorted(self._sent, key=lambda one: one.scheduled_s)),
            used / (plan.settle_s + plan.seconds),
            tuple(sorted(self._lags)),
        )

    def idle(self, connection: _Connection) -> None:
        """The connection can take a request."""
        self._idle.append(connection)

    def lost(self, connection: _Connection) -> None:
        """The connection is gone."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def ended(self, flight: _Flight, outcome: str) -> None:
        """The request has its answer, or will have none."""
        if flight.ended:
            return
        flight.ended = True
        now = self._loop.time()
        if flight.after >= self._plan.settle_s:
            scheduled = flight.after - self._plan.settle_s
            lag, latency = flight.begun - flight.due, now - flight.due
            self._sent.append(Sent(scheduled, lag, latency, outcome))
        self._pending -= 1
        if isinstance(self._plan.arrivals, Closed):
            pause = self._plan.arrivals.think_s
            if not outcome.isdigit():
                pause = max(pause, AFTER_A_FAILURE_S)  # a client that is refused does not spin
            self._later(now + pause - self._begin)
        if not self._pending and now >= self._end and not self._finished.done():
            self._finished.set_result(None)

    async def _open(self, number: int) -> None:
        """Open connections before the beginning; one that fails will fail again, and count then."""
        made = await asyncio.gather(
            *(self._connect() for _ in range(number)), return_exceptions=True
        )
        self._idle += [one for one in made if isinstance(one, _Connection)]

    async def _connect(self) -> _Connection:
        host, port = self._plan.address
        self._opening += 1
        try:
            _, connection = await self._loop.create_connection(
                lambda: _Connection(self), host, port
            )
        finally:
            self._opening -= 1
        self._all.add(connection)
        return connection

    def _schedule(self, after: float | None) -> None:
        if after is not None:
            self._loop.call_at(self._begin + after, self._arrive, after)

    def _arrive(self, after: float) -> None:
        """Send what is due, and come again for the next."""
        self._fire(after)
        following = next(self._due, None)
        while following is not None and self._begin + following <= self._loop.time():
            self._fire(following)
            following = next(self._due, None)
        self._schedule(following)

    def _later(self, after: float) -> None:
        due = self._begin + after
        if due >= self._end or self._count >= MOST_REQUESTS:
            return
        if due <= self._loop.time():
            # Not from within the callback that reads the answer before.
            self._loop.call_soon(self._fire, after)
        else:
            self._loop.call_at(due, self._fire, after)

    def _fire(self, after: float) -> None:
        flight = _Flight(after, self._begin + after, self._loop.time())
        request = self._requests[self._next]
        self._next = (self._next + 1) % len(self._requests)
        self._count += 1
        self._pending += 1
        self._flights.append(flight)
        if self._idle:
            self._idle.pop().put(flight, request)
        elif len(self._all) + self._opening < MOST_CONNECTIONS:
            task = self._loop.create_task(self._put_on_a_new_one(flight, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self.ended(flight, NO_CONNECTION)

    async def _put_on_a_new_one(self, flight: _Flight, request: bytes) -> None:
        try:
            connection = await self._connect()
        except ConnectionRefusedError:
            self.ended(flight, "refused")
        except OSError as error:
            self.ended(flight, type(error).__name__)
        else:
            if flight.ended:  # it timed out meanwhile
                self.idle(connection)
            else:
                connection.put(flight, request)

    def _tick(self, due: float) -> None:
        """Note how late the loop is."""
        now = self._loop.time()
        self._lags.append(now - due)
        if now < self._end:
            self._loop.call_at(now + TICK_S, self._tick, now + TICK_S)

    def _sweep(self) -> None:
        """End the requests that have waited too long; they are in the order of their due times."""
        now = self._loop.time()
        while self._flights and (
            self._flights[0].ended or self._flights[0].due + self._plan.timeout_s <= now
        ):
            flight = self._flights.popleft()
            if flight.ended:
                continue
            connection = flight.connection
            self.ended(flight, "timeout")
            if connection:
                connection.flight = None
                connection.abort()
        if not self._finished.done():
            self._loop.call_later(SWEEP_S, self._sweep)
