"""Times with a zone meet times without one."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import (
    Column,
    DateTime,
    Executable,
    Integer,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from snippets.pagination import errors_naive
from snippets.pagination.errors_naive import KEPT, NOON, READ, WITH_ZONE, age, is_past, store
from snippets.pagination.models import engine

SUBTRACT = "can't subtract offset-naive and offset-aware datetimes"
COMPARE = "^can't compare offset-naive and offset-aware datetimes$"
DRIVER = rf"^invalid input for query argument \$1: datetime.datetime\(.*\({SUBTRACT}\)$"
FIVE_EAST = timezone(timedelta(hours=5))


@pytest.fixture
async def logins(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(errors_naive.TABLE)
    return connection


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process stands in Tokyo, nine hours ahead of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


async def test_a_column_without_a_zone_gives_and_takes_times_without_one(
    logins: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.DataError, match=DRIVER):
        await store(logins, NOON)
    with pytest.raises(TypeError, match=f"^{SUBTRACT}$"):
        await age(logins, NOON)
    with pytest.raises(TypeError, match=COMPARE):
        await is_past(logins, NOON)


async def test_a_column_with_a_zone_gives_and_takes_moments(logins: asyncpg.Connection) -> None:
    await logins.execute(WITH_ZONE)
    assert await age(logins, NOON + timedelta(hours=1)) == timedelta(hours=1)
    assert not await is_past(logins, NOON)
    await store(logins, NOON.astimezone(FIVE_EAST))
    rows = await logins.fetch("SELECT at FROM logins")
    assert [row["at"] for row in rows] == [NOON, NOON]


async def test_the_migration_says_which_zone_the_rows_meant(logins: asyncpg.Connection) -> None:
    await logins.execute("SET timezone = 'Asia/Tokyo'")
    savepoint = logins.transaction()
    await savepoint.start()
    await logins.execute("ALTER TABLE logins ALTER COLUMN at TYPE timestamptz")
    assert await logins.fetchval("SELECT at FROM logins") == NOON - timedelta(hours=9)
    await savepoint.rollback()
    await logins.execute(WITH_ZONE)
    assert await logins.fetchval("SELECT at FROM logins") == NOON


async def test_the_migration_writes_the_table_anew(logins: asyncpg.Connection) -> None:
    file = "SELECT pg_relation_filenode('logins')"
    before = await logins.fetchval(file)
    await logins.execute(WITH_ZONE)
    assert await logins.fetchval(file) != before
    mode = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'"
    assert await logins.fetchval(mode) > 0


async def test_a_connection_that_prepared_a_statement_keeps_the_old_type(dsn: str) -> None:
    connection, migration = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    await migration.execute(errors_naive.TABLE)
    await store(connection, NOON.replace(tzinfo=None))
    await migration.execute(WITH_ZONE)
    for _ in range(2):
        with pytest.raises(asyncpg.DataError, match=SUBTRACT):
            await store(connection, NOON)
    await store(migration, NOON)
    await connection.close()
    await migration.close()


async def test_a_column_that_is_kept_can_be_named_in_utc(logins: asyncpg.Connection) -> None:
    await logins.execute("SET timezone = 'Asia/Tokyo'")
    await logins.execute("DELETE FROM logins")
    await logins.execute(KEPT, NOON.astimezone(FIVE_EAST))
    assert await logins.fetchval(READ) == NOON
    assert await logins.fetchval("SELECT at FROM logins") == NOON.replace(tzinfo=None)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT FROM logins WHERE at < $1",
        "SELECT FROM logins WHERE at BETWEEN $1 AND now()",
        "SELECT coalesce(at, $1) FROM logins",
        "SELECT at - $1 FROM logins",
        "SELECT FROM logins WHERE at = ANY($1)",
    ],
)
async def test_wherever_the_column_gives_the_parameter_its_type(
    query: str, logins: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.DataError, match=SUBTRACT):
        await logins.fetch(query, [NOON] if "ANY" in query else NOON)
    await logins.execute(WITH_ZONE)
    await logins.reload_schema_state()
    await logins.fetch(query, [NOON] if "ANY" in query else NOON)


def strptime(text_: str, form: str) -> datetime:
    return datetime.strptime(text_, form)


@pytest.mark.parametrize(
    ("naive", "aware"),
    [
        (lambda: datetime.now(), lambda: datetime.now(UTC)),
        (lambda: datetime.fromtimestamp(0), lambda: datetime.fromtimestamp(0, UTC)),
        (
            lambda: datetime.fromisoformat("2026-01-02T12:00:00"),
            lambda: datetime.fromisoformat("2026-01-02T12:00:00Z"),
        ),
        (
            lambda: strptime("2026-01-02T12:00Z", "%Y-%m-%dT%H:%MZ"),
            lambda: strptime("2026-01-02T12:00Z", "%Y-%m-%dT%H:%M%z"),
        ),
        (
            lambda: datetime.combine(date(2026, 1, 2), clock(12)),
            lambda: datetime.combine(date(2026, 1, 2), clock(12), tzinfo=UTC),
        ),
    ],
    ids=["now", "fromtimestamp", "fromisoformat", "strptime", "combine"],
)
def test_what_makes_a_time_without_a_zone_and_what_makes_one_with(naive: Any, aware: Any) -> None:
    assert naive().tzinfo is None
    with pytest.raises(TypeError, match=COMPARE):
        assert naive() < NOON
    with pytest.raises(TypeError, match=COMPARE):
        max(naive(), NOON)
    with pytest.raises(TypeError, match=f"^{SUBTRACT}$"):
        NOON - naive()
    assert isinstance(NOON - aware(), timedelta)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_utcnow_has_no_zone() -> None:
    with pytest.raises(TypeError, match=COMPARE):
        assert datetime.utcnow() < NOON


def test_equality_raises_nothing_and_is_false() -> None:
    assert (NOON.replace(tzinfo=None) == NOON) is False


def test_times_of_the_day_say_it_of_themselves() -> None:
    with pytest.raises(TypeError, match=r"^can't compare offset-naive and offset-aware times$"):
        assert clock(1) < clock(2, tzinfo=UTC)


async def test_dropping_the_zone_moves_the_moment_unless_it_is_utc(
    logins: asyncpg.Connection,
) -> None:
    east = NOON.astimezone(FIVE_EAST)
    await logins.execute("DELETE FROM logins")
    await store(logins, east.replace(tzinfo=None))
    await store(logins, east.astimezone(UTC).replace(tzinfo=None))
    rows = [row[0] for row in await logins.fetch(READ)]
    assert rows == [NOON + timedelta(hours=5), NOON]


async def test_a_time_without_a_zone_is_taken_for_that_of_the_process(
    logins: asyncpg.Connection, tokyo: None
) -> None:
    """No error, and nine hours off: asyncpg reads it by the clock of its machine."""
    await logins.execute(WITH_ZONE)
    await logins.execute("SET timezone = 'UTC'; DELETE FROM logins")
    await store(logins, NOON.replace(tzinfo=None))
    assert await logins.fetchval("SELECT at FROM logins") == NOON - timedelta(hours=9)


async def test_the_time_zone_of_the_session_is_not_asked(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
    await connection.execute(errors_naive.TABLE)
    with pytest.raises(asyncpg.DataError, match=DRIVER):
        await store(connection, NOON)
    await connection.close()


METADATA = MetaData()
NAIVE = Table("logins", METADATA, Column("id", Integer), Column("at", DateTime()))
AWARE = Table("logins", MetaData(), Column("id", Integer), Column("at", DateTime(timezone=True)))


async def test_a_model_that_has_the_zone_alone_stores_the_time_of_the_session(dsn: str) -> None:
    """No error at all, until a row is compared in Python."""
    async with engine(dsn) as pool, pool.connect() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(text("SET timezone = 'Asia/Tokyo'"))
        await connection.execute(insert(AWARE).values(at=NOON))
        at = await connection.scalar(select(AWARE.c.at))
        assert at == datetime(2026, 1, 2, 21)
        with pytest.raises(TypeError, match=COMPARE):
            assert at < NOON


@pytest.mark.parametrize(
    ("query", "raises"),
    [
        (insert(NAIVE).values(at=NOON), True),
        (select(NAIVE).where(NAIVE.c.at < NOON), True),
        (select(NAIVE).where(NAIVE.c.at < func.now()), False),
        (select(func.now() - NOON), True),
        (select(func.now() - literal(NOON)), False),
    ],
    ids=["insert", "where", "where now()", "now() minus a value", "now() minus a literal"],
)
async def test_sqlalchemy_casts_to_a_time_without_a_zone(
    query: Executable, raises: bool, dsn: str
) -> None:
    """The last two: `func.now()` is a `DateTime` for it, and gives that type to what it meets.

    sqlalchemy/sqlalchemy, issue 7537.
    """
    async with engine(dsn) as pool, pool.connect() as connection:
        await connection.run_sync(METADATA.create_all)
        if raises:
            with pytest.raises(DBAPIError, match=SUBTRACT):
                await connection.execute(query)
        else:
            await connection.execute(query)


def test_sqlite_forgets_the_zone_of_a_column_that_has_one() -> None:
    sqlite = create_engine("sqlite://")
    with sqlite.connect() as connection:
        AWARE.create(connection)
        connection.execute(insert(AWARE).values(at=NOON.astimezone(FIVE_EAST)))
        at = connection.scalar(select(AWARE.c.at))
        assert at == datetime(2026, 1, 2, 17)
        with pytest.raises(TypeError, match=COMPARE):
            max(at, NOON)
    sqlite.dispose()


async def test_psycopg_stores_the_time_of_the_session(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"{errors_naive.TABLE}; DELETE FROM logins".encode())
        connection.execute("SET timezone = 'Asia/Tokyo'")
        connection.execute("INSERT INTO logins VALUES (%s)", [NOON])
        row = connection.execute("SELECT at FROM logins").fetchone()
    assert row == (datetime(2026, 1, 2, 21),)


class Visit(BaseModel):
    """A time with a zone or without."""

    at: datetime


class Login(BaseModel):
    """A time with a zone."""

    at: AwareDatetime


async def test_a_body_may_have_a_zone_or_not_and_awaredatetime_decides_it() -> None:
    assert Visit(at="2026-01-02T12:00:00").at.tzinfo is None  # type: ignore[arg-type]
    assert Visit(at="2026-01-02T12:00:00Z").at.tzinfo is not None  # type: ignore[arg-type]
    app = FastAPI()

    @app.post("/logins")
    def login(body: Login) -> bool:
        return body.at < NOON

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        statuses = [
            (await client.post("/logins", json={"at": at})).status_code
            for at in ("2026-01-02T12:00:00Z", "2026-01-02T17:00:00+05:00", "2026-01-02T12:00:00")
        ]
    assert statuses == [200, 200, 422]


async def test_reported_of_a_soft_delete(dsn: str) -> None:
    """benavlabs/fastcrud, issue 19: one column by `now()`, one with a zone, in a model without."""
    made = MetaData()
    before = Table(
        "users", made, Column("updated_at", DateTime()), Column("deleted_at", DateTime())
    )
    zoned = DateTime(timezone=True)
    after = Table("users", MetaData(), Column("updated_at", zoned), Column("deleted_at", zoned))
    deleted = {"updated_at": NOON.replace(tzinfo=None), "deleted_at": NOON}
    async with engine(dsn) as pool, pool.connect() as connection:
        await connection.run_sync(made.create_all)
        await connection.execute(insert(before).values(updated_at=None))
        await connection.commit()
        with pytest.raises(DBAPIError, match=r"argument \$2: .*" + SUBTRACT):
            await connection.execute(before.update().values(deleted))
        await connection.rollback()
        for name in deleted:
            with_zone = f"TYPE timestamptz USING {name} AT TIME ZONE 'UTC'"
            await connection.execute(text(f"ALTER TABLE users ALTER {name} {with_zone}"))
        await connection.execute(after.update().values(updated_at=NOON, deleted_at=NOON))
        assert (await connection.execute(select(after))).one() == (NOON, NOON)


async def test_reported_of_two_columns_of_which_one_has_a_zone(
    connection: asyncpg.Connection, tokyo: None
) -> None:
    """MagicStack/asyncpg, issue 1139, and what the other pair does: nothing, and it is wrong."""
    await connection.execute("CREATE TABLE test (ts_no_tz timestamp, ts_tz timestamptz)")
    with pytest.raises(asyncpg.DataError, match=SUBTRACT):
        await connection.execute("INSERT INTO test (ts_no_tz) VALUES ($1)", NOON)
    naive = NOON.replace(tzinfo=None)
    stored = await connection.fetchval(
        "INSERT INTO test (ts_tz) VALUES ($1) RETURNING ts_tz", naive
    )
    assert stored != NOON
