"""Forty sign-ins at once, compared in one of three places.

The application runs under uvicorn in a process of its own, and its
memory is read from outside, every few milliseconds. Each sign-in has a
connection that is open already, and so has a heartbeat: a client that
asks for nothing, again as soon as it is answered. It counts while the
sign-ins last.

argon2 takes the memory that its parameters say, m KiB, for as long as
it runs. So the peak is m times as many as run side by side: one on the
event loop, two in two threads of its own, and as many as there are
threads, which is forty, without. On the event loop at most one
heartbeat can be answered between one comparison and the next.
"""

import asyncio
import ssl
import time
from contextlib import AsyncExitStack
from functools import partial
from itertools import pairwise

import httpx

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.load import Served, serve
from snippets.tokens.verifying import create_app

TARGET = f"{create_app.__module__}:{create_app.__name__}"
MEMORY = 64 * 1024 * 1024  # bytes of one comparison
SIGN_INS = 40
ROOM = 1.25  # for connections, threads and what is given back late
SAMPLE_S = 0.002


class RefusedError(Exception):
    """A sign-in was not answered with 201."""


async def sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sessions")
    if answer.status_code != httpx.codes.CREATED:
        raise RefusedError(str(answer.status_code))


async def peak(app: Served, done: asyncio.Event) -> int:
    """The most memory that was seen until all is done."""
    most = app.memory_bytes()
    while not done.is_set():
        await asyncio.sleep(SAMPLE_S)
        most = max(most, app.memory_bytes())
    return most


async def beats(
    client: httpx.AsyncClient, done: asyncio.Event
) -> list[float]:
    """When the heartbeat was answered, before the end."""
    answered = [time.perf_counter()]
    while not done.is_set():
        await client.get("/ping")
        answered.append(time.perf_counter())
    return answered


async def run(setting: Setting, place: str) -> Values:
    async with AsyncExitStack() as stack:
        app = stack.enter_context(serve(TARGET, {"place": place}))

        tls = ssl.create_default_context()  # once, as it takes long

        async def connected() -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                base_url=app.url, timeout=60, verify=tls
            )
            await stack.enter_async_context(client)
            await client.get("/ping")
            return client

        count = setting.conditions["sign_ins"]
        clients = [await connected() for _ in range(count)]
        heart = await connected()
        base, done = app.memory_bytes(), asyncio.Event()
        memory = asyncio.create_task(peak(app, done))
        began = time.perf_counter()
        signing_in = [asyncio.create_task(sign_in(c)) for c in clients]
        beating = asyncio.create_task(beats(heart, done))
        await asyncio.gather(*signing_in)
        ended = time.perf_counter()
        done.set()
        answered = [at for at in await beating if at <= ended]
        times = [began, *answered, ended]
        pauses = (b - a for a, b in pairwise(times))
        return {
            "memory": float(await memory - base),
            "heartbeats": float(len(answered) - 1),
            "stall": 100 * max(pauses) / (ended - began),
        }


EXPERIMENT = Experiment(
    question="What do forty sign-ins take, and what do others wait?",
    conditions={"sign_ins": SIGN_INS},
    rehearsal={"sign_ins": 2},
    rounds=3,
    metrics={
        "memory": Metric(label="peak of memory above rest", unit="B"),
        "heartbeats": Metric(
            label="requests of others answered meanwhile", unit=""
        ),
        "stall": Metric(
            label="of that time without any answer to others", unit="%"
        ),
    },
    variants={
        "inline": Variant(
            label="on the event loop", run=partial(run, place="inline")
        ),
        "threads": Variant(
            label="in the forty threads",
            run=partial(run, place="threads"),
        ),
        "limited": Variant(
            label="in two threads of its own",
            run=partial(run, place="limited"),
            baseline=True,
        ),
    },
    quantities={
        "inline": Quantity(
            label="memory of forty sign-ins on the event loop",
            unit="B",
            of=lambda r: r["inline"]["memory"],
        ),
        "threads": Quantity(
            label="memory of forty sign-ins in the forty threads",
            unit="B",
            of=lambda r: r["threads"]["memory"],
        ),
        "limited": Quantity(
            label="memory of forty sign-ins in two threads",
            unit="B",
            of=lambda r: r["limited"]["memory"],
        ),
        "beats_inline": Quantity(
            label="others answered meanwhile, on the event loop",
            unit="",
            of=lambda r: r["inline"]["heartbeats"],
        ),
        "beats_limited": Quantity(
            label="others answered meanwhile, two threads of its own",
            unit="",
            of=lambda r: r["limited"]["heartbeats"],
        ),
        "stall_inline": Quantity(
            label="longest silence on the event loop",
            unit="%",
            of=lambda r: r["inline"]["stall"],
        ),
        "stall_limited": Quantity(
            label="longest silence in two threads of its own",
            unit="%",
            of=lambda r: r["limited"]["stall"],
        ),
    },
    claims=(
        Claim(
            "On the event loop one comparison at a time takes memory",
            quantity="inline",
            at_most=ROOM * MEMORY,
        ),
        Claim(
            "In the forty threads at least twenty take memory at once",
            quantity="threads",
            at_least=SIGN_INS / 2 * MEMORY,
        ),
        Claim(
            "In two threads of its own at most two take memory",
            quantity="limited",
            at_most=2 * ROOM * MEMORY,
        ),
        Claim(
            "On the event loop others get at most one answer between"
            " two comparisons",
            quantity="beats_inline",
            at_most=SIGN_INS,
        ),
        Claim(
            "On the event loop others hear nothing for at least half of"
            " the time",
            quantity="stall_inline",
            at_least=50,
        ),
        Claim(
            "In two threads of its own others get more answers than"
            " there are comparisons",
            quantity="beats_limited",
            at_least=SIGN_INS,
        ),
        Claim(
            "In two threads of its own the longest silence is below a"
            " tenth of the time",
            quantity="stall_limited",
            at_most=10,
        ),
    ),
)
