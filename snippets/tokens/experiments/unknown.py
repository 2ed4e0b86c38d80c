"""Whether the time of a refusal tells that there is an account.

The service of the article refuses a wrong password for an account, and
any password for an address without one, in random order. The other
variant is the same service, which refuses the second at once.

The figure is the chance that of one refusal of each kind the one for
the account took longer. At 50 % the times tell nothing; at 100 % one
refusal tells all. Where both kinds do the same, the figure of 40 of
each scatters around 50 % with a standard deviation of
sqrt(81 / (12 * 40 * 40)), which is 6.5 %.
"""

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from statistics import median

import asyncpg
import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.load import serve
from snippets.tokens import service
from snippets.tokens.hashes import Checked, Hashes
from snippets.tokens.passwords import Passwords
from snippets.tokens.schema import SCHEMA
from snippets.tokens.settings import Settings

TARGET = "snippets.tokens.experiments.unknown:create_app"
KNOWN, UNKNOWN = "ann@shop.example", "bob@shop.example"
OFTEN = "1000000 per minute"


class Hasty(Passwords):
    """Compares only if there is something to compare with."""

    async def verify(
        self, password: str, stored: str | None
    ) -> Checked:
        if stored is None:
            return Checked(False)
        return await super().verify(password, stored)


def create_app(
    dsn: str, redis_url: str, prefix: str, hasty: bool
) -> FastAPI:
    settings = Settings(
        dsn=dsn,
        redis_url=redis_url,
        prefix=prefix,
        keys={"june": b"j" * 32},
        origin="https://shop.example",
        by_account=OFTEN,
        by_network=OFTEN,
    )
    app = service.create_app(settings)
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(app):
            if hasty:
                hasher = PasswordHasher(
                    settings.passes, settings.memory_kib, 1
                )
                app.state.passwords = Hasty(Hashes(hasher))
            yield

    app.router.lifespan_context = lifespan
    return app


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(SCHEMA)
    await connection.close()


def chance(longer: list[float], shorter: list[float]) -> float:
    """That one of the first is longer than one of the second."""
    wins = sum((a > b) + (a == b) / 2 for a in longer for b in shorter)
    return wins / (len(longer) * len(shorter))


async def run(setting: Setting, hasty: bool) -> Values:
    arguments = {
        "dsn": setting.dsn,
        "redis_url": setting.redis_url,
        "prefix": setting.redis_prefix,
        "hasty": hasty,
    }
    times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    order = [KNOWN, UNKNOWN] * int(setting.conditions["refusals"])
    random.shuffle(order)
    with serve(TARGET, arguments) as app:
        async with httpx.AsyncClient(base_url=app.url) as client:
            body = {"email": KNOWN, "password": "correct horse battery"}
            await client.post("/accounts", json=body)
            for address in (UNKNOWN, KNOWN, *order):
                body = {"email": address, "password": "incorrect horse"}
                began = time.perf_counter()
                await client.post("/sessions", json=body)
                times[address].append(time.perf_counter() - began)
    known, unknown = times[KNOWN][1:], times[UNKNOWN][1:]
    return {
        "known": median(known),
        "unknown": median(unknown),
        "told": 100 * chance(known, unknown),
    }


EXPERIMENT = Experiment(
    question="Does the time of a refusal tell of an account?",
    needs=frozenset({"postgres", "redis"}),
    prepare=prepare,
    conditions={"refusals": 40},
    rehearsal={"refusals": 2},
    rounds=3,
    metrics={
        "known": Metric(label="refused, an account", unit="s"),
        "unknown": Metric(label="refused, no account", unit="s"),
        "told": Metric(
            label="chance that the account took longer", unit="%"
        ),
    },
    variants={
        "hasty": Variant(
            label="compares if there is an account",
            run=partial(run, hasty=True),
            baseline=True,
        ),
        "even": Variant(
            label="compares always", run=partial(run, hasty=False)
        ),
    },
    quantities={
        "hasty": Quantity(
            label="chance that the account took longer, if only it is"
            " compared",
            unit="%",
            of=lambda r: r["hasty"]["told"],
        ),
        "even": Quantity(
            label="chance that the account took longer, if all are",
            unit="%",
            of=lambda r: r["even"]["told"],
        ),
    },
    claims=(
        Claim(
            "Where only an account is compared, two refusals tell which"
            " of them has one",
            quantity="hasty",
            at_least=95,
        ),
        Claim(
            "Where all are compared, the times tell nothing: two"
            " standard deviations around one half",
            quantity="even",
            at_least=37,
            at_most=63,
        ),
    ),
)
