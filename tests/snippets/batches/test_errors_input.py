"""Values of another type than that of the parameter."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import (
    Executable,
    Integer,
    String,
    bindparam,
    cast,
    column,
    insert,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from snippets.batches.errors_input import FIXED, RAISES, TABLE
from snippets.batches.orders import connect

INPUT = r"^invalid input for query argument \$1: "


@pytest.fixture
async def people(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(TABLE)
    return connection


@pytest.mark.parametrize(("query", "value"), RAISES)
async def test_a_value_of_another_type_is_refused(
    query: str, value: Any, people: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.DataError, match=INPUT):
        await people.fetch(query, value)
    assert await people.fetchval("SELECT 1") == 1  # nothing was sent: the transaction goes on


@pytest.mark.parametrize(("query", "value"), FIXED)
async def test_one_of_its_type_is_taken(query: str, value: Any, people: asyncpg.Connection) -> None:
    await people.fetch(query, value)


class Word(StrEnum):
    """Members that are strings."""

    FINE = "fine"


class Plain(Enum):
    """Members that are not."""

    FINE = "fine"


CASES: tuple[tuple[str, Any, str], ...] = (
    ("$1::date", "2026-01-02", "'str' object has no attribute 'toordinal'"),
    ("$1::timestamptz", "2026-01-02", "expected a datetime.date or datetime.datetime instance"),
    ("$1::timestamptz", 1_767_312_000, "expected a datetime.date or datetime.datetime instance"),
    ("$1::time", "10:00", "'str' object has no attribute 'hour'"),
    ("$1::interval", 60, "'int' object has no attribute 'days'"),
    ("$1::interval", "1 day", "'str' object has no attribute 'days'"),
    ("$1::uuid", "4711", "invalid UUID '4711'"),
    ("$1::jsonb", [1], "expected str, got list"),
    ("$1::text", 5.0, "expected str, got float"),
    ("$1::text", Decimal(5), "expected str, got Decimal"),
    ("$1::text", b"five", "expected str, got bytes"),
    ("$1::text", date(2026, 1, 2), "expected str, got date"),
    ("$1::numeric", "five", "decimal.ConversionSyntax"),
    ("$1::bool", "true", r"a boolean is required \(got type str\)"),
    ("$1::bytea", "five", "a bytes-like object is required, not 'str'"),
    ("$1::int[]", 5, r"a sized iterable container expected \(got type 'int'\)"),
    ("$1::int[]", "1,2", r"a sized iterable container expected \(got type 'str'\)"),
    ("$1::int[]", iter([1]), "a sized iterable container expected"),
    ("$1::text || 'x'", 5, "expected str, got int"),
    ("1 LIMIT $1", "10", "'str' object cannot be interpreted as an integer"),
    ("1 WHERE 1 IN ($1)", (1, 2), "'tuple' object cannot be interpreted as an integer"),
    ("1 WHERE 'a' IN ($1)", ["a"], "expected str, got list"),
    ("$1::int4range", "[1,2)", "list, tuple or Range object expected"),
    ("$1::text", "\udce9", "surrogates not allowed"),
)


@pytest.mark.parametrize(("expression", "value", "reason"), CASES)
async def test_what_stands_in_parentheses_is_what_was_passed(
    expression: str, value: Any, reason: str, connection: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.DataError, match=INPUT + rf".*{reason}"):
        await connection.fetch(f"SELECT {expression}", value)


@pytest.mark.parametrize(
    ("expression", "value", "sent"),
    [
        ("$1::date", date.fromisoformat("2026-01-02"), date(2026, 1, 2)),
        ("$1::timestamptz", datetime.fromtimestamp(0, UTC), datetime(1970, 1, 1, tzinfo=UTC)),
        ("$1::interval", timedelta(seconds=60), timedelta(minutes=1)),
        ("now() - $1 * interval '1 day' < now()", 2, True),
        ("$1::uuid", str(UUID(int=1)), UUID(int=1)),
        ("$1::text", Word.FINE, "fine"),
        ("$1::text", Plain.FINE.value, "fine"),
        ("$1::int[]", {1}, [1]),
        ("($1::text)::int", "5", 5),
        ("($1::text)::date", "2026-01-02", date(2026, 1, 2)),
        ("$1::float8", Decimal("1.5"), 1.5),
        ("$1::numeric", "0.1", Decimal("0.1")),
        ("1 = ANY($1)", [1, 2], True),
        ("$1::int4range", asyncpg.Range(1, 2), asyncpg.Range(1, 2)),
        ("1 = ANY($1::int[])", [], False),
    ],
)
async def test_what_to_pass_instead(
    expression: str, value: Any, sent: Any, connection: asyncpg.Connection
) -> None:
    assert await connection.fetchval(f"SELECT {expression}", value) == sent


@pytest.mark.parametrize(
    ("expression", "value", "sent"),
    [
        ("$1::int", 5.9, "5"),
        ("$1::int", Decimal("5.9"), "5"),
        ("$1::numeric", 0.1, "0.1000000000000000055511151231257827021181583404541015625"),
    ],
)
async def test_what_is_sent_as_another_number_without_an_error(
    expression: str, value: Any, sent: str, connection: asyncpg.Connection
) -> None:
    assert await connection.fetchval(f"SELECT ({expression})::text", value) == sent


async def test_a_codec_takes_documents(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )
    assert await connection.fetchval("SELECT $1::jsonb", {"plan": "pro"}) == {"plan": "pro"}


async def test_a_type_in_the_path_is_a_422() -> None:
    app = FastAPI()

    @app.get("/people/{sku}")
    def person(sku: UUID) -> UUID:
        return sku

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        assert (await client.get("/people/4711")).status_code == 422
        assert (await client.get(f"/people/{UUID(int=1)}")).status_code == 200


PEOPLE = table("people", column("id", Integer), column("code", String), column("doc", JSONB))
DOC = text("INSERT INTO people (doc) VALUES (:doc)")


@pytest.mark.parametrize(
    ("query", "values", "raises"),
    [
        (DOC, {"doc": {"plan": "pro"}}, "'dict' object has no attribute 'encode'"),
        (DOC.bindparams(bindparam("doc", type_=JSONB)), {"doc": {"plan": "pro"}}, None),
        (insert(PEOPLE), {"doc": {"plan": "pro"}}, None),
        (text("SELECT FROM people WHERE id = :id"), {"id": "5"}, "cannot be interpreted"),
        (text("SELECT FROM people WHERE id IN (:ids)"), {"ids": [1]}, "cannot be interpreted"),
        (text("SELECT FROM people WHERE id = ANY(:ids)"), {"ids": [1]}, None),
        (select(PEOPLE.c.id).where(PEOPLE.c.id.in_([1, 2])), {}, None),
        (select(PEOPLE.c.id).where(PEOPLE.c.code == Plain.FINE), {}, "expected str, got Plain"),
        (select(cast(1, String)), {}, "expected str, got int"),
        (select(cast(literal(1, Integer), String)), {}, None),
    ],
)
async def test_sqlalchemy_passes_on_what_it_has_no_type_for(
    query: Executable, values: dict[str, Any], raises: str | None, dsn: str
) -> None:
    pool = connect(dsn)
    async with pool.connect() as connection:
        for statement in TABLE.split(";"):
            await connection.execute(text(statement))
        if raises is None:
            await connection.execute(query, values)
        else:
            with pytest.raises(
                DBAPIError, match=rf"invalid input for query argument \$1: .*{raises}"
            ):
                await connection.execute(query, values)
    await pool.dispose()


async def test_sqlalchemy_gives_a_compared_value_its_own_type(dsn: str) -> None:
    """Then the server refuses it, with another message."""
    pool = connect(dsn)
    async with pool.connect() as connection:
        for statement in TABLE.split(";"):
            await connection.execute(text(statement))
        with pytest.raises(
            DBAPIError, match="operator does not exist: integer = character varying"
        ):
            await connection.execute(select(PEOPLE.c.id).where(PEOPLE.c.id == "5"))
    await pool.dispose()


def test_psycopg_lets_the_server_read_strings(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(TABLE.encode())
        connection.execute("SELECT FROM people WHERE id = %s", ["5"])
        with pytest.raises(psycopg.errors.UndefinedFunction):
            connection.execute("SELECT FROM people WHERE code = %s", [5])


async def test_reported_of_a_number_from_a_page(connection: asyncpg.Connection) -> None:
    """g0ldyy/comet, issue 290: the seventh value was read from HTML, and is a string."""
    await connection.execute("CREATE TABLE torrents (hash text, seeders int)")
    upsert = "INSERT INTO torrents VALUES ($1, $2) RETURNING seeders"
    with pytest.raises(
        asyncpg.DataError,
        match=r"argument \$2: '117' \('str' object cannot be interpreted as an integer\)$",
    ):
        await connection.fetchval(upsert, "a", "117")
    assert await connection.fetchval(upsert, "a", int("117")) == 117


async def test_reported_of_an_account_number_of_another_service(
    connection: asyncpg.Connection,
) -> None:
    """LAION-AI/Open-Assistant, issue 2119: the column holds the ids of several providers."""
    await connection.execute("CREATE TABLE users (provider text, account text)")
    find = "SELECT FROM users WHERE provider = $1 AND account = $2"
    with pytest.raises(
        asyncpg.DataError, match=r"argument \$2: 24505311 \(expected str, got int\)$"
    ):
        await connection.fetch(find, "github", 24505311)
    await connection.fetch(find, "github", str(24505311))


@pytest.mark.parametrize("query", ["SELECT {}", "SELECT CASE WHEN true THEN {} END"])
async def test_reported_of_a_number_that_nothing_gives_a_type(
    query: str, connection: asyncpg.Connection
) -> None:
    """MagicStack/asyncpg, issues 975 and 998: PostgreSQL takes it for a text."""
    with pytest.raises(asyncpg.DataError, match=INPUT + r"1 \(expected str, got int\)$"):
        await connection.fetchval(query.format("$1"), 1)
    assert await connection.fetchval(query.format("$1::int"), 1) == 1


async def test_reported_of_a_type_of_an_extension(connection: asyncpg.Connection) -> None:
    """pgvector-python, issue 18, with an extension that the server brings."""
    await connection.execute("CREATE EXTENSION hstore")
    await connection.execute("CREATE TABLE tagged (tags hstore)")
    insert = "INSERT INTO tagged VALUES ($1)"
    with pytest.raises(asyncpg.DataError, match=INPUT + ".*expected str, got dict"):
        await connection.execute(insert, {"plan": "pro"})
    savepoint = connection.transaction()
    await savepoint.start()
    with pytest.raises(asyncpg.PostgresSyntaxError, match="hstore"):  # json.dumps is no help
        await connection.execute(insert, json.dumps({"plan": "pro"}))
    await savepoint.rollback()
    await connection.set_builtin_type_codec("hstore", codec_name="pg_contrib.hstore")
    await connection.execute(insert, {"plan": "pro"})
    assert await connection.fetchval("SELECT tags FROM tagged") == {"plan": "pro"}


async def test_many_rows_name_the_wrong_one_and_a_copy_does_not(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("CREATE TABLE numbers (number int)")
    with pytest.raises(asyncpg.DataError, match=r"argument \$1 in element #1 of executemany"):
        await connection.executemany("INSERT INTO numbers VALUES ($1)", [(1,), ("2",)])
    with pytest.raises(TypeError, match=r"^'str' object cannot be interpreted as an integer$"):
        await connection.copy_records_to_table("numbers", records=[("2",)])


async def test_bool_of_a_string_stores_the_opposite(connection: asyncpg.Connection) -> None:
    said = "false"
    assert await connection.fetchval("SELECT $1::bool", bool(said)) is True
    assert await connection.fetchval("SELECT $1::bool", said == "true") is False
