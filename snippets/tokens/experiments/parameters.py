"""What one comparison costs by the parameters of argon2.

RFC 9106 recommends 64 MiB with three passes where memory is short, and
OWASP a list from 46 MiB with one pass down to 7 MiB with five, which it
calls equally strong. argon2 writes its memory once in each pass, so its
processor time follows memory times passes, and its memory is what the
parameters say.

Sign-ins come one after the other, to an application in a process of
its own, whose processor time and memory are read from outside.
"""

import asyncio
from functools import partial

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
MIB = 1024 * 1024
SAMPLE_S = 0.001


async def peak(app: Served, done: asyncio.Event) -> int:
    """The most memory that was seen until all is done."""
    most = app.memory_bytes()
    while not done.is_set():
        await asyncio.sleep(SAMPLE_S)
        most = max(most, app.memory_bytes())
    return most


async def run(
    setting: Setting, memory_mib: int, passes: int, lanes: int
) -> Values:
    arguments = {
        "place": "limited",
        "memory_kib": memory_mib * 1024,
        "passes": passes,
        "lanes": lanes,
    }
    times = int(setting.conditions["sign_ins"])
    with serve(TARGET, arguments) as app:
        async with httpx.AsyncClient(base_url=app.url) as client:
            await client.get("/ping")
            base, began = app.memory_bytes(), app.processor_s()
            done = asyncio.Event()
            memory = asyncio.create_task(peak(app, done))
            for _ in range(times):
                (await client.post("/sessions")).raise_for_status()
            spent = app.processor_s() - began
            done.set()
            taken = await memory - base
    return {"processor": spent / times, "memory": float(taken)}


def variant(memory_mib: int, passes: int, lanes: int = 1) -> Variant:
    return Variant(
        label=f"{memory_mib} MiB, t={passes}, p={lanes}",
        run=partial(
            run, memory_mib=memory_mib, passes=passes, lanes=lanes
        ),
    )


EXPERIMENT = Experiment(
    question="What does one comparison cost, by its parameters?",
    conditions={"sign_ins": 10},
    rehearsal={"sign_ins": 1},
    rounds=3,
    metrics={
        "processor": Metric(label="processor time of one", unit="s"),
        "memory": Metric(label="peak of memory above rest", unit="B"),
    },
    variants={
        "rfc": variant(64, 3, 4),
        "rfc_lane": variant(64, 3),
        "owasp_46": variant(46, 1),
        "owasp_19": variant(19, 2),
        "owasp_7": variant(7, 5),
    },
    quantities={
        "time": Quantity(
            label="processor time, 64 MiB and t=3 against 19 and t=2",
            unit="×",
            of=lambda r: (
                r["rfc_lane"]["processor"] / r["owasp_19"]["processor"]
            ),
        ),
        "lanes": Quantity(
            label="processor time of four lanes against one",
            unit="×",
            of=lambda r: (
                r["rfc"]["processor"] / r["rfc_lane"]["processor"]
            ),
        ),
        "memory_19": Quantity(
            label="memory of one comparison with 19 MiB",
            unit="B",
            of=lambda r: r["owasp_19"]["memory"],
        ),
    },
    claims=(
        Claim(
            "Processor time follows memory times passes, 192 to 38,"
            " within a factor of two",
            quantity="time",
            at_least=192 / 38 / 2,
            at_most=192 / 38 * 2,
        ),
        Claim(
            "Four lanes spread the same work and do not save any",
            quantity="lanes",
            at_least=0.8,
            at_most=1.6,
        ),
        Claim(
            "A comparison takes the memory of its parameters, within a"
            " quarter",
            quantity="memory_19",
            at_least=0.75 * 19 * MIB,
            at_most=1.25 * 19 * MIB,
        ),
    ),
)
