"""One shop, eleven defects, and eleven kinds of test for each.

Each kind is tried on the shop as it is, and on one with each defect
alone, on fresh tables each time. A kind catches a defect if it fails
with it. Two more defects are controls: what mocks and what a happy
path are there for, so that it shows that they can fail.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from time import perf_counter

from fastapi import FastAPI
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

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
from snippets.testing.blocking import they_wait_together
from snippets.testing.contract import nothing_else_is_told
from snippets.testing.counting import rows_cost_no_statements
from snippets.testing.dying import sale_is_whole_or_is_not
from snippets.testing.experiments._defects import (
    CLEAN,
    CONTROLS,
    DEFECTS,
)
from snippets.testing.experiments._service import Service, load
from snippets.testing.fuzzing import no_request_is_a_500
from snippets.testing.migrating import rows_survive
from snippets.testing.modeled import any_order_follows_the_model
from snippets.testing.naive_happy import shop_sells
from snippets.testing.naive_mocks import routes_answer
from snippets.testing.one_connection import one_connection_is_enough
from snippets.testing.overlapping import two_at_once
from snippets.testing.stocked import Create

ALL = {**CONTROLS, **DEFECTS}
EMPTY = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
Test = Callable[[Setting, Service, str], Awaitable[None]]


async def execute(url: str, statements: Iterable[str]) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


def on_tables(test: Callable[[Create], Awaitable[None]]) -> Test:
    """A test of a shop whose tables its migrations made."""

    async def run(setting: Setting, service: Service, url: str) -> None:
        await execute(url, service.migrations)
        await test(partial(service.create_app, url))

    return run


def in_examples(
    test: Callable[[Create, int], Awaitable[None]], condition: str
) -> Test:
    """The same, with as many examples as the conditions say."""

    async def run(setting: Setting, service: Service, url: str) -> None:
        async def some(create: Create) -> None:
            await test(create, setting.conditions[condition])

        await on_tables(some)(setting, service, url)

    return run


async def mocked(setting: Setting, service: Service, url: str) -> None:
    app: FastAPI = service.create_app(url)
    await routes_answer(app, service.store)


async def migrated(
    setting: Setting, service: Service, url: str
) -> None:
    await rows_survive(url, service.migrations)


KINDS: Mapping[str, tuple[str, Test]] = {
    "mocks": ("mocks", mocked),
    "happy": ("happy path", on_tables(shop_sells)),
    "contract": ("exact fields", on_tables(nothing_else_is_told)),
    "count": ("statement count", on_tables(rows_cost_no_statements)),
    "fuzz": ("fuzzing", in_examples(no_request_is_a_500, "requests")),
    "model": (
        "model",
        in_examples(any_order_follows_the_model, "orders"),
    ),
    "migration": ("migrated rows", migrated),
    "overlap": ("two in step", on_tables(two_at_once)),
    "wait": ("ten that wait", on_tables(they_wait_together)),
    "one": ("pool of one", on_tables(one_connection_is_enough)),
    "dying": ("faults", on_tables(sale_is_whole_or_is_not)),
}


async def passes(
    test: Test, setting: Setting, service: Service
) -> bool:
    """Whether the test passes on empty tables.

    What it raises may be of any kind, as in a suite: an assertion, or
    an error of the database.
    """
    url = make_url(setting.dsn).set(drivername="postgresql+asyncpg")
    shown = url.render_as_string(hide_password=False)
    await execute(shown, EMPTY)
    try:
        await test(setting, service, shown)
    except Exception:
        return False
    return True


async def tried(setting: Setting, test: Test) -> Values:
    """One kind of test on each shop, and on the one without a defect.

    In a rehearsal only on the first: what is not tried is not caught.
    """
    clean = load(CLEAN)
    begun = perf_counter()
    false_alarm = not await passes(test, setting, clean)
    values = {
        "seconds": perf_counter() - begun,
        "false_alarm": float(false_alarm),
        "covered": 100 * clean.covered,
        **dict.fromkeys(ALL, 0.0),
    }
    for name in list(ALL)[: setting.conditions["defects"]]:
        service = load(ALL[name])
        values[name] = float(not await passes(test, setting, service))
    return values


def caught_by(found: Round, defect: str) -> float:
    """How many kinds of test catch the defect."""
    return sum(values[defect] for values in found.values())


def caught(found: Round, kind: str) -> float:
    """How many defects the kind of test catches."""
    return sum(found[kind][defect] for defect in DEFECTS)


EXPERIMENT = Experiment(
    question="Which kind of test catches which defect?",
    needs=frozenset({"postgres"}),
    conditions={"defects": len(ALL), "requests": 400, "orders": 25},
    rehearsal={"defects": 1, "requests": 2, "orders": 2},
    rounds=3,
    metrics={
        "seconds": Metric(label="time, without a defect", unit="s"),
        "covered": Metric(label="statements run", unit="%"),
        "false_alarm": Metric(label="fails without a defect", unit=""),
        **{
            name: Metric(label=defect.label, unit="")
            for name, defect in ALL.items()
        },
    },
    variants={
        name: Variant(label=label, run=partial(tried, test=test))
        for name, (label, test) in KINDS.items()
    },
    quantities={
        "mocks": Quantity(
            label="defects that mocks catch",
            unit="",
            digits=1,
            of=lambda found: caught(found, "mocks"),
        ),
        "happy": Quantity(
            label="defects that a happy path on PostgreSQL catches",
            unit="",
            digits=1,
            of=lambda found: caught(found, "happy"),
        ),
        "status": Quantity(
            label="of mocks and a happy path, those that see a wrong"
            " status code",
            unit="",
            digits=1,
            of=lambda found: (
                found["mocks"]["status"] + found["happy"]["status"]
            ),
        ),
        "sql": Quantity(
            label="mocks that see SQL that PostgreSQL refuses",
            unit="",
            digits=1,
            of=lambda found: found["mocks"]["sql"],
        ),
        "sql_happy": Quantity(
            label="happy paths on PostgreSQL that see it",
            unit="",
            digits=1,
            of=lambda found: found["happy"]["sql"],
        ),
        "covered": Quantity(
            label="of the shop's statements, run by the happy path",
            unit="%",
            digits=3,
            of=lambda found: found["happy"]["covered"],
        ),
        "alarms": Quantity(
            label="kinds of test that fail without a defect",
            unit="",
            digits=1,
            of=lambda found: sum(
                values["false_alarm"] for values in found.values()
            ),
        ),
        "caught": Quantity(
            label="defects that some kind catches",
            unit="",
            of=lambda found: sum(
                caught_by(found, defect) > 0 for defect in DEFECTS
            ),
        ),
        "once": Quantity(
            label="defects that exactly one kind catches",
            unit="",
            of=lambda found: sum(
                caught_by(found, defect) == 1 for defect in DEFECTS
            ),
        ),
        "most": Quantity(
            label="defects that one kind catches, at most",
            unit="",
            digits=1,
            of=lambda found: max(caught(found, kind) for kind in KINDS),
        ),
        "seconds": Quantity(
            label="time of all kinds, without a defect",
            unit="s",
            of=lambda found: sum(
                values["seconds"] for values in found.values()
            ),
        ),
    },
    claims=(
        Claim(
            "Mocks answer as they were told: they catch nothing that"
            " is behind them",
            quantity="mocks",
            at_most=0.0,
        ),
        Claim(
            "One good request after another catches nothing that takes"
            " two, a fault, or another value",
            quantity="happy",
            at_most=0.0,
        ),
        Claim(
            "Both see a wrong status code",
            quantity="status",
            at_least=2.0,
        ),
        Claim(
            "SQL that PostgreSQL refuses is not seen by mocks",
            quantity="sql",
            at_most=0.0,
        ),
        Claim(
            "It is by the happy path",
            quantity="sql_happy",
            at_least=1.0,
        ),
        Claim(
            "The happy path runs every statement of the shop",
            quantity="covered",
            at_least=100.0,
        ),
        Claim(
            "No kind of test fails without a defect",
            quantity="alarms",
            at_most=0.0,
        ),
        Claim(
            "Each defect is caught by some kind",
            quantity="caught",
            at_least=len(DEFECTS),
        ),
        Claim(
            "Each is a failure of one property, which one kind asserts",
            quantity="once",
            at_least=len(DEFECTS) - 1,
        ),
        Claim(
            "No kind stands for another: none catches more than a"
            " quarter of the defects",
            quantity="most",
            at_most=len(DEFECTS) // 4,
        ),
    ),
)
