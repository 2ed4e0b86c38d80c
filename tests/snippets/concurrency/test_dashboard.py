"""Loading a dashboard: what comes back, what it takes, and how it fails."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import IllegalStateChangeError, InvalidRequestError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from snippets.concurrency import (
    combined,
    dashboard,
    gathered,
    naive_gather,
    naive_nested,
    released,
    states,
)
from snippets.concurrency import costs as costs_module
from snippets.concurrency.accounts import (
    GRANTS,
    NAME,
    SCHEMA,
    Dashboard,
    Load,
    Sessions,
    create_engine,
    create_sessions,
    taken,
)
from snippets.concurrency.costs import THREE, Costs, costs, warm
from snippets.concurrency.rush import rush
from snippets.concurrency.states import outcome, prepare

EVERY = (*THREE, combined.ALL)
LOADS = [module.load for module in (dashboard, gathered, combined, naive_gather, naive_nested)]
BUSY = "Method 'close()' can't be called here; method '_connection_for_bind()' is already in …"
PROVISIONING = (
    "This session is provisioning a new connection; concurrent operations are not permitted"
)


@pytest.fixture(scope="session")
def accounts(template: Callable[[str], str]) -> str:
    return template(SCHEMA)


@pytest.fixture
def accounts_dsn(clone: Callable[[str], str], accounts: str) -> str:
    return clone(accounts)


@pytest.fixture
async def engine(accounts_dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(accounts_dsn, size=3)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("load", [*LOADS, released.load])
async def test_every_way_loads_the_same_dashboard(load: Load, engine: AsyncEngine) -> None:
    sessions = create_sessions(engine)
    await warm(sessions, size=3, statements=EVERY)
    assert await load(sessions, 42) == (
        "account 42",
        [f"permission {number}" for number in range(10)],
        [f"event {number}" for number in range(49_041, 44_041, -1000)],
    )
    assert taken(engine) == 0


@pytest.mark.parametrize("load", [dashboard.load, gathered.load, combined.load, released.load])
async def test_an_account_without_grants_and_events_has_empty_lists(
    load: Load, accounts_dsn: str, engine: AsyncEngine
) -> None:
    connection = await asyncpg.connect(accounts_dsn)
    await connection.execute("INSERT INTO accounts VALUES (0, 'new')")
    await connection.close()
    assert await load(create_sessions(engine), 0) == ("new", [], [])


@pytest.mark.parametrize("load", [dashboard.load, gathered.load, combined.load, released.load])
async def test_grants_and_events_are_in_order_whatever_came_first(
    load: Load, accounts_dsn: str, engine: AsyncEngine
) -> None:
    connection = await asyncpg.connect(accounts_dsn)
    await connection.execute(
        "INSERT INTO accounts VALUES (0, 'new');"
        " INSERT INTO grants VALUES (0, 'write'), (0, 'read');"
        " INSERT INTO events VALUES (0, 1, 'first'), (0, 2, 'last')"
    )
    await connection.close()
    loaded = await load(create_sessions(engine), 0)
    assert loaded == ("new", ["read", "write"], ["last", "first"])


async def test_only_one_statement_sees_one_moment(accounts_dsn: str, engine: AsyncEngine) -> None:
    """At READ COMMITTED, one session is as many moments as it has statements."""
    connection = await asyncpg.connect(accounts_dsn)
    async with create_sessions(engine)() as session:
        account = {"id": 1}
        assert await session.scalar(NAME, account) == "account 1"
        assert await session.scalar(GRANTS, account) != []
        await connection.execute("DELETE FROM grants WHERE account_id = 1")
        assert await session.scalar(GRANTS, account) == []
    await connection.close()


async def test_one_statement_says_that_there_is_no_such_account(engine: AsyncEngine) -> None:
    with pytest.raises(NoResultFound):
        await combined.load(create_sessions(engine), 0)


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (dashboard.load, Costs(round_trips=5, connections=1)),
        (gathered.load, Costs(round_trips=9, connections=3)),
        (released.load, Costs(round_trips=9, connections=2)),
        (combined.load, Costs(round_trips=3, connections=1)),
    ],
)
async def test_what_a_dashboard_takes(load: Load, expected: Costs, dsn: str) -> None:
    assert await costs(dsn, load, EVERY) == expected


@pytest.mark.naive("snippets/concurrency/naive_gather.py")
async def test_gathered_on_one_session_of_a_warm_pool_nothing_is_saved(dsn: str) -> None:
    assert await costs(dsn, naive_gather.load) == Costs(round_trips=5, connections=1)


async def test_the_most_connections_at_once_are_counted_and_not_the_last(dsn: str) -> None:
    async def both(sessions: Sessions, account_id: int) -> Dashboard:
        await gathered.load(sessions, account_id)
        return await combined.load(sessions, account_id)

    assert await costs(dsn, both, EVERY) == Costs(round_trips=9 + 3, connections=3)


@pytest.mark.parametrize(
    ("load", "round_trips"), [(dashboard.load, 3), (gathered.load, 3), (combined.load, 1)]
)
async def test_autocommit_saves_the_begin_and_the_rollback_of_every_session(
    load: Load, round_trips: int, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def autocommitting(dsn: str, size: int) -> AsyncEngine:
        return create_engine(dsn, size).execution_options(isolation_level="AUTOCOMMIT")

    monkeypatch.setattr(costs_module, "create_engine", autocommitting)
    assert (await costs(dsn, load, EVERY)).round_trips == round_trips


@pytest.mark.naive("snippets/concurrency/naive_gather.py")
async def test_gathered_on_one_session_a_cold_pool_fails_and_a_connection_is_lost(
    accounts_dsn: str,
) -> None:
    raised, lost = await outcome(accounts_dsn, naive_gather.load, warm=False)
    assert raised == [
        f"IllegalStateChangeError: {BUSY}",
        f"InvalidRequestError: {PROVISIONING}",
    ]
    assert lost == 1


async def in_a_group(session: AsyncSession) -> None:
    async with asyncio.TaskGroup() as group:
        for statement in THREE:
            group.create_task(session.scalar(statement, {"id": 1}))


async def with_exceptions_returned(session: AsyncSession) -> None:
    calls = (session.scalar(statement, {"id": 1}) for statement in THREE)
    answers = await asyncio.gather(*calls, return_exceptions=True)
    raise ExceptionGroup("", [answer for answer in answers if isinstance(answer, Exception)])


@pytest.mark.parametrize("read", [in_a_group, with_exceptions_returned])
async def test_who_waits_for_all_on_one_session_fails_too_and_loses_no_connection(
    read: Callable[[AsyncSession], Awaitable[None]], engine: AsyncEngine
) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        async with create_sessions(engine)() as session:
            await read(session)
    assert raised.group_contains(InvalidRequestError, match=PROVISIONING)
    assert taken(engine) == 0


@pytest.mark.naive("snippets/concurrency/naive_gather.py")
async def test_connections_that_gathering_lost_are_back_after_a_garbage_collection(
    engine: AsyncEngine,
) -> None:
    sessions = create_sessions(engine)
    gc.disable()
    try:
        for _ in range(3):
            with pytest.raises(IllegalStateChangeError):
                await naive_gather.load(sessions, 1)
            siblings = asyncio.all_tasks() - {asyncio.current_task()}
            if siblings:
                await asyncio.wait(siblings)
        del siblings
        assert taken(engine) == 3
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
    finally:
        gc.enable()
    assert taken(engine) == 0


@pytest.mark.naive("snippets/concurrency/naive_gather.py")
async def test_gathered_on_one_session_a_failing_sibling_is_hidden_and_a_connection_is_lost(
    dsn: str,
) -> None:
    await prepare(dsn, "DROP TABLE accounts")
    raised, lost = await outcome(dsn, naive_gather.load, warm=True)
    assert raised == [
        "InterfaceError: cannot perform operation: another operation is in progress",
        'ProgrammingError: relation "accounts" does not exist',
    ]
    assert lost == 1


@pytest.mark.naive("snippets/concurrency/naive_gather.py")
@pytest.mark.parametrize("options", [{"poolclass": NullPool}, {"pool_pre_ping": True}])
async def test_gathered_on_one_session_it_fails_without_a_pool_and_with_pre_ping_too(
    options: dict[str, Any], accounts_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_engine(dsn: str) -> AsyncEngine:
        return create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"), **options)

    monkeypatch.setattr(states, "create_engine", create_engine)
    monkeypatch.setattr(states, "taken", lambda engine: 0)  # NullPool does not count
    raised, _ = await outcome(accounts_dsn, naive_gather.load, warm=True)
    assert raised == [
        f"IllegalStateChangeError: {BUSY}",
        f"InvalidRequestError: {PROVISIONING}",
    ]


@pytest.mark.parametrize("load", [dashboard.load, gathered.load, combined.load])
@pytest.mark.parametrize("is_warm", [False, True])
async def test_other_ways_work_from_a_cold_pool_and_a_warm_one(
    load: Load, is_warm: bool, accounts_dsn: str
) -> None:
    assert await outcome(accounts_dsn, load, is_warm) == ([], 0)


@pytest.mark.parametrize("load", [dashboard.load, gathered.load, combined.load])
async def test_other_ways_say_which_statement_failed_and_lose_no_connection(
    load: Load, dsn: str
) -> None:
    await prepare(dsn, "DROP TABLE accounts")
    raised, lost = await outcome(dsn, load, warm=True)
    assert raised == ['ProgrammingError: relation "accounts" does not exist']
    assert lost == 0


@pytest.mark.naive("snippets/concurrency/naive_nested.py")
async def test_requests_that_hold_one_connection_and_wait_for_two_more_stop_each_other(
    dsn: str,
) -> None:
    assert await rush(dsn, naive_nested.load) == (
        "QueuePool limit of size 3 overflow 0 reached, connection timed out, timeout 0.50"
    )


@pytest.mark.parametrize("load", [dashboard.load, gathered.load, combined.load, released.load])
async def test_requests_that_hold_nothing_while_they_wait_are_all_answered(
    load: Load, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = partial(create_engine, timeout_s=30.0)
    monkeypatch.setattr("snippets.concurrency.rush.create_engine", patient)
    assert await rush(dsn, load) == "all answered"
