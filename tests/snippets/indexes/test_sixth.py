"""The sixth execution: when it takes the generic plan, what that reads, and what prevents it."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from snippets.indexes import cures, jobs, naive_newest, newest, orm, sixth
from snippets.indexes.experiments.sixth import by_psycopg
from snippets.indexes.jobs import count
from snippets.indexes.naive_newest import NEWEST
from snippets.indexes.plans import quiet

FEW = 4  # root and leaf of an index, and the pages of ten neighbors


async def buffers(
    connection: asyncpg.Connection, newest: naive_newest.Newest, times: int
) -> list[int]:
    async with connection.transaction():
        counted = await count(connection.fetch, lambda: newest(connection), times)
    return [sum(pages.values()) for pages in counted]


@asynccontextmanager
async def sqlalchemy_connection(dsn: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


def walked(figures: list[int]) -> list[bool]:
    """Which executions read far more than an index needs."""
    return [figure > 100 for figure in figures]


@pytest.mark.naive("snippets/indexes/naive_newest.py")
async def test_a_parameter_loses_the_partial_index_at_the_sixth_execution(
    reader: asyncpg.Connection,
) -> None:
    figures = await buffers(reader, naive_newest.newest_failed, 8)
    assert walked(figures) == [False] * 5 + [True] * 3
    assert max(figures[:5]) <= FEW
    # All pages of the index, and of the table but for those of the failed jobs.
    pages = await reader.fetchval(
        "SELECT sum(relpages) FROM pg_class WHERE relname IN ('jobs', 'jobs_created')"
    )
    assert 0.95 * pages < figures[5] <= pages


async def test_a_value_in_the_text_keeps_it(reader: asyncpg.Connection) -> None:
    assert max(await buffers(reader, newest.newest_failed, 8)) <= FEW


async def test_both_find_the_ten_newest_failed_jobs(reader: asyncpg.Connection) -> None:
    for _ in range(7):
        assert await naive_newest.newest_failed(reader) == list(range(100, 90, -1))
        assert await newest.newest_failed(reader) == list(range(100, 90, -1))


async def test_each_connection_counts_for_itself(jobs_dsn: str, reader: asyncpg.Connection) -> None:
    assert walked(await buffers(reader, naive_newest.newest_failed, 6))[-1]
    async with quiet(jobs_dsn) as another:
        assert walked(await buffers(another, naive_newest.newest_failed, 5)) == [False] * 5


async def test_a_common_argument_before_does_not_help(reader: asyncpg.Connection) -> None:
    statuses = iter(["done"] * 5 + ["failed"])

    async def ask(connection: asyncpg.Connection) -> list[int]:
        return [row["id"] for row in await connection.fetch(NEWEST, next(statuses))]

    assert walked(await buffers(reader, ask, 6)) == [False] * 5 + [True]


async def test_a_statement_that_asyncpg_forgot_has_five_more(jobs_dsn: str) -> None:
    """As after max_cached_statement_lifetime, 300 seconds."""
    async with quiet(jobs_dsn) as connection:
        cache = connection._stmt_cache
        assert cache.get_max_lifetime() == 300
        assert walked(await buffers(connection, naive_newest.newest_failed, 6))[-1]
        for entry in list(cache._entries.values()):
            cache._on_entry_expired(entry)
        figures = await buffers(connection, naive_newest.newest_failed, 6)
        assert walked(figures) == [False] * 5 + [True]


async def test_sqlalchemy_keeps_its_statements_itself_and_asyncpg_forgets_none(
    jobs_dsn: str,
) -> None:
    async with sqlalchemy_connection(jobs_dsn) as connection:
        for _ in range(6):
            await connection.execute(orm.WAYS["literal_column"])
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        assert not [kept for kept in driver._stmt_cache.iter_statements() if "jobs" in kept.query]
        kept = "SELECT generic_plans FROM pg_prepared_statements WHERE statement ~ 'FROM jobs'"
        assert await driver.fetchval(kept) == 1


async def test_psycopg_prepares_first_and_flips_at_the_eleventh(jobs_dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
        assert connection.prepare_threshold == 5
    figures = [sum(pages.values()) for pages in await by_psycopg(jobs_dsn, 12)]
    assert walked(figures) == [False] * 10 + [True] * 2


@pytest.mark.parametrize("limit", [5, 10, 20, 30, 50])
async def test_the_generic_plan_is_taken_when_it_costs_less_than_custom_and_planning(
    limit: int, reader: asyncpg.Connection
) -> None:
    prepared = await reader.prepare(NEWEST.replace("LIMIT 10", f"LIMIT {limit}"))
    run = f"EXECUTE {prepared.get_name()}('failed')"
    costs = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        await reader.execute(f"SET plan_cache_mode = {mode}")
        plan = json.loads(await reader.fetchval(f"EXPLAIN (FORMAT JSON) {run}"))
        costs.append(plan[0]["Plan"]["Total Cost"])
    await reader.execute("RESET plan_cache_mode")
    again = await reader.prepare(NEWEST.replace("LIMIT 10", f"LIMIT  {limit}"))
    for _ in range(6):
        await again.fetch("failed")
    generic = await reader.fetchval(sixth.TAKEN, again.get_name())
    custom, walk = costs
    assert generic == (walk < custom + 2.5 * (1 + 1))
    assert generic == (limit <= 20), "the cases must stand on both sides"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM jobs WHERE status = $1",
        "SELECT id FROM jobs WHERE status = $1 ORDER BY created_at DESC",
    ],
)
@pytest.mark.parametrize(("first", "generic"), [("failed", False), ("done", True)])
async def test_of_a_count_and_a_query_without_a_limit_the_first_five_arguments_decide(
    statement: str, first: str, generic: bool, reader: asyncpg.Connection
) -> None:
    prepared = await reader.prepare(statement)
    statuses = iter([first] * 5 + ["failed"] * 3)
    async with reader.transaction():
        counted = await count(reader.fetch, lambda: prepared.fetch(next(statuses)), 8)
    assert await reader.fetchval(sixth.TAKEN, prepared.get_name()) is generic
    assert walked([sum(pages.values()) for pages in counted[5:]]) == [generic] * 3


@pytest.mark.parametrize(
    ("statement", "entries"),
    [
        ("SELECT FROM jobs WHERE id = $1", 1),
        ("SELECT FROM jobs, jobs AS other WHERE jobs.id = other.id AND jobs.id = $1", 2),
        ("SELECT FROM jobs JOIN jobs AS other USING (id) WHERE id = $1", 3),
        ("SELECT FROM jobs JOIN jobs AS other USING (id) WHERE id = $1 GROUP BY id", 4),
    ],
)
async def test_planning_is_charged_for_tables_and_also_for_joins_and_groupings(
    statement: str, entries: int, jobs_dsn: str
) -> None:
    """cached_plan_cost() takes the length of the plan's range table, which is printed here."""
    plans: list[str] = []
    async with quiet(jobs_dsn, debug_print_plan="on", client_min_messages="log") as connection:
        connection.add_log_listener(lambda _, message: plans.append(message.detail or ""))
        await connection.fetch(statement, 1)
    assert sum(plan.count("{RANGETBLENTRY") for plan in plans) == entries


@pytest.mark.parametrize("label", [label for label in cures.WAYS if label != "$1"])
async def test_a_cure_keeps_the_index(label: str, jobs_dsn: str) -> None:
    way, settings = cures.WAYS[label]
    assert max(sum(p.values()) for p in await cures.buffers(jobs_dsn, way, settings)) <= FEW


async def test_so_does_no_statement_cache(jobs_dsn: str) -> None:
    counted = await cures.buffers(jobs_dsn, naive_newest.newest_failed, {}, cache=0)
    assert max(sum(pages.values()) for pages in counted) <= FEW


async def test_analyze_does_not_undo_it_and_a_new_setting_does(own_jobs_dsn: str) -> None:
    async with quiet(own_jobs_dsn) as connection:
        assert walked(await buffers(connection, naive_newest.newest_failed, 6))[-1]
        await connection.execute("ANALYZE jobs")
        assert walked(await buffers(connection, naive_newest.newest_failed, 1)) == [True]
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        assert walked(await buffers(connection, naive_newest.newest_failed, 1)) == [False]


async def test_through_asyncpg_explain_generic_plan_shows_the_custom_one(
    jobs_dsn: str, reader: asyncpg.Connection
) -> None:
    explained = f"EXPLAIN (GENERIC_PLAN) {NEWEST}"
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        await reader.fetch(explained)
    assert "jobs_failed" in str(await reader.fetch(explained, "failed"))
    async with await psycopg.AsyncConnection.connect(jobs_dsn) as simple:
        assert "jobs_created" in str(await (await simple.execute(explained.encode())).fetchall())


@pytest.mark.parametrize(
    ("label", "kept"),
    [("ANALYZE", False), ("(status, created_at)", False), ("no (created_at)", True)],
)
async def test_of_the_changes_only_the_missing_index_helps(
    label: str, kept: bool, own_jobs_dsn: str
) -> None:
    async with quiet(own_jobs_dsn) as connection:
        await connection.execute(cures.CHANGES[label])
    counted = await cures.buffers(own_jobs_dsn, naive_newest.newest_failed, {})
    assert walked([sum(pages.values()) for pages in counted]) == [False] * 5 + [not kept]


async def test_on_cheap_random_reads_the_partial_index_is_lost_all_the_same(jobs_dsn: str) -> None:
    ssd = {"random_page_cost": "1.1"}
    counted = await cures.buffers(jobs_dsn, naive_newest.newest_failed, ssd)
    assert walked([sum(pages.values()) for pages in counted]) == [False] * 5 + [True]


async def test_on_cheap_random_reads_the_composite_index_survives(own_jobs_dsn: str) -> None:
    async with quiet(own_jobs_dsn) as connection:
        await connection.execute(cures.CHANGES["(status, created_at)"])
    ssd = {"random_page_cost": "1.1"}
    counted = await cures.buffers(own_jobs_dsn, naive_newest.newest_failed, ssd)
    assert max(sum(pages.values()) for pages in counted) <= FEW
    assert counted[-1]["jobs_both"]


async def test_failed_jobs_that_are_spread_evenly_are_found_after_137_pages(
    dsn: str,
) -> None:
    spread = jobs.SMALL.replace("n <= 100", "n % 200 = 0")
    assert spread != jobs.SMALL
    async with quiet(dsn, jobs.TABLE, spread, jobs.VACUUM) as connection:
        assert (await buffers(connection, naive_newest.newest_failed, 6))[-1] == 137


@pytest.mark.parametrize(
    ("way", "kept"), [("limit(10)", True), ("literal_column", False), ("literal_execute", True)]
)
async def test_sqlalchemy_keeps_the_index_unless_the_limit_is_text_and_the_status_is_not(
    way: str, kept: bool, jobs_dsn: str
) -> None:
    counted = await orm.buffers(jobs_dsn, orm.WAYS[way])
    assert walked([sum(pages.values()) for pages in counted]) == [False] * 5 + [not kept]


def test_the_command_shows_both_plans(
    jobs_dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_sqlalchemy = jobs_dsn.replace("postgresql:", "postgresql+asyncpg:")
    assert of_sqlalchemy != jobs_dsn
    monkeypatch.setattr(sys, "argv", ["sixth.py", of_sqlalchemy, NEWEST, "failed"])
    sixth.main()
    printed = capsys.readouterr().out
    assert "Index Scan jobs_failed" in printed
    assert "Index Scan jobs_created (removes 19,900 rows)" in printed
    assert printed.endswith("then: generic plans\n")


def test_the_command_says_when_the_custom_plan_stays(
    jobs_dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = "SELECT count(*) FROM jobs WHERE status = $1"
    monkeypatch.setattr(sys, "argv", ["sixth.py", jobs_dsn, statement, "it's"])
    sixth.main()
    assert capsys.readouterr().out.endswith("then: custom plans\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["DELETE FROM jobs WHERE status = $1", "done"], "cannot execute DELETE in a read-only"),
        (["SELECT id FROM job WHERE status = $1", "done"], 'relation "job" does not exist'),
        (["SELECT id FROM jobs WHERE status = $1"], "wrong number of parameters"),
        (["SELECT id FROM jobs WHERE id = $1", "x"], "invalid input syntax for type bigint"),
        (["SELECT pg_sleep(1)"], "canceling statement due to statement timeout"),
        ([], r"python sixth\.py DSN STATEMENT"),
    ],
)
def test_the_command_changes_nothing_and_says_what_is_wrong(
    arguments: list[str], message: str, jobs_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sixth, "LIMIT", sixth.LIMIT.replace("30s", "100ms"))
    monkeypatch.setattr(sys, "argv", ["sixth.py", jobs_dsn, *arguments])
    with pytest.raises(SystemExit, match=message):
        sixth.main()


def test_an_address_that_is_none_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["sixth.py", "mysql://localhost", "SELECT 1"])
    with pytest.raises(SystemExit, match="invalid DSN"):
        sixth.main()
