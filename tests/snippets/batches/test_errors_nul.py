"""A NUL character in what is stored as text."""

import io
import json
from typing import Annotated, Any

import asyncpg
import httpx
import psycopg
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ValidationError
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from snippets.batches import errors_nul
from snippets.batches.errors_nul import Text, file, store, without_nul
from snippets.batches.orders import connect

NUL = '^invalid byte sequence for encoding "UTF8": 0x00$'
ESCAPED = r"^unsupported Unicode escape sequence\nDETAIL:  \\u0000 cannot be converted to text\.$"
DIRTY = {"a\0": ["b\0", {"c": "\0d"}, 5, None, True]}


@pytest.fixture
async def notes(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(errors_nul.TABLE)
    return connection


async def test_text_has_no_nul(notes: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL):
        await store(notes, "Ada\0")


@pytest.mark.parametrize("doc", [{"a": "\0"}, {"\0": 1}, ["\0"], "\0"])
async def test_nor_has_a_string_or_a_key_of_jsonb(doc: Any, notes: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UntranslatableCharacterError, match=ESCAPED):
        await file(notes, doc)


async def test_without_it_both_are_stored(notes: asyncpg.Connection) -> None:
    await store(notes, without_nul("Ada\0"))
    await file(notes, without_nul(DIRTY))
    rows = await notes.fetch("SELECT body, doc FROM notes")
    assert rows[0]["body"] == "Ada"
    assert json.loads(rows[1]["doc"]) == {"a": ["b", {"c": "d"}, 5, None, True]}


def test_a_type_refuses_it_and_nothing_else() -> None:
    class Note(BaseModel):
        body: Text

    for body in ("", "Ada", "\\u0000", "é\n\t"):
        assert Note(body=body).body == body
    with pytest.raises(ValidationError, match="must not contain a NUL character"):
        Note(body="Ada\0")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT FROM notes WHERE body = $1",
        "SELECT FROM notes WHERE body LIKE $1 || '%'",
        "SELECT FROM notes WHERE doc ->> $1 = 'a'",
    ],
)
async def test_reading_is_refused_as_well(query: str, notes: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL):
        await notes.fetch(query, "\0")


async def test_a_column_of_bytes_holds_it(connection: asyncpg.Connection) -> None:
    assert await connection.fetchval("SELECT $1::bytea", b"Ada\0") == b"Ada\0"


@pytest.mark.parametrize("read", ["raw ->> 'a'", "raw -> 'a'", "raw ->> 'b'", "raw::jsonb"])
async def test_json_stores_it_and_fails_when_it_is_read(
    read: str, connection: asyncpg.Connection
) -> None:
    """Any key of the same document fails, too."""
    await connection.execute("CREATE TABLE raw (raw json)")
    await connection.execute("INSERT INTO raw VALUES ($1)", json.dumps({"a": "\0", "b": 1}))
    with pytest.raises(asyncpg.UntranslatableCharacterError, match=ESCAPED):
        await connection.fetch(f"SELECT {read} FROM raw")


@pytest.mark.parametrize(
    ("data", "codec", "right"),
    [
        ("Ada".encode("utf-16-le"), "utf-8", "utf-16-le"),
        ("Ada".encode("utf-16"), "latin-1", "utf-16"),
        ("Ada".encode("utf-32-le"), "ascii", "utf-32-le"),
    ],
)
def test_another_encoding_read_as_one_of_single_bytes_is_full_of_it(
    data: bytes, codec: str, right: str
) -> None:
    assert "\0" in data.decode(codec)
    assert data.decode(right) == "Ada"


def test_a_field_of_fixed_width_is_padded_with_it() -> None:
    field = b"Ada\0\0\0\0\0"
    assert "\0" in field.decode()
    assert field.split(b"\0", 1)[0].decode() == "Ada"


def test_what_does_not_remove_it() -> None:
    assert b"a\0".decode("utf-8", "ignore") == "a\0"
    assert "a\0".encode("utf-8", "ignore") == b"a\0"
    assert "a\0".strip() == "a\0"


def test_taking_the_escape_out_of_the_json_breaks_a_document_that_only_mentions_it() -> None:
    document = json.dumps("the escape \\u0000")
    with pytest.raises(json.JSONDecodeError):
        json.loads(document.replace("\\u0000", ""))
    assert json.loads(json.dumps(without_nul("the escape \\u0000"))) == "the escape \\u0000"


async def test_a_second_backslash_stores_six_other_characters(
    connection: asyncpg.Connection,
) -> None:
    document = json.dumps({"a": "\0"}).replace("\\u0000", "\\\\u0000")
    assert await connection.fetchval("SELECT $1::jsonb ->> 'a'", document) == "\\u0000"


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252"])
async def test_no_encoding_of_the_client_has_it(encoding: str, notes: asyncpg.Connection) -> None:
    await notes.execute(f"SET client_encoding = '{encoding}'")
    with pytest.raises(
        asyncpg.CharacterNotInRepertoireError, match=rf'for encoding "{encoding}": 0x00$'
    ):
        await store(notes, "Ada\0")


@pytest.mark.parametrize("database", ["SQL_ASCII", "LATIN1"])
async def test_nor_has_one_of_the_database(database: str, dsn: str) -> None:
    server = await asyncpg.connect(dsn)
    name = f"nul_{database.lower()}"
    await server.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{database}' LOCALE 'C'"
    )
    try:
        connection = await asyncpg.connect(f"{dsn.rpartition('/')[0]}/{name}")
        with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=r"0x00$"):
            await connection.fetch("SELECT $1::text", "Ada\0")
        await connection.close()
    finally:
        await server.execute(f"DROP DATABASE {name}")
        await server.close()


async def test_one_value_loses_all_rows_that_were_sent_with_it(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(errors_nul.TABLE)
    with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL):
        await connection.executemany("INSERT INTO notes (body) VALUES ($1)", [("a",), ("b\0",)])
    with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL) as raised:
        await connection.copy_records_to_table(
            "notes", records=[("a",), ("b\0",)], columns=["body"]
        )
    assert raised.value.context == "COPY notes, line 2, column body"
    assert await connection.fetchval("SELECT count(*) FROM notes") == 0
    await connection.close()


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"a\0b\n", "0x00"), (b"caf\xe9\n", "0xe9 0x0a"), ("a\n".encode("utf-16"), "0xff")],
)
async def test_copy_names_the_bytes_of_a_file_in_another_encoding(
    data: bytes, found: str, dsn: str
) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(errors_nul.TABLE)
    with pytest.raises(
        asyncpg.CharacterNotInRepertoireError, match=f'for encoding "UTF8": {found}'
    ) as raised:
        await connection.copy_to_table(
            "notes", source=io.BytesIO(data), columns=["body"], format="csv"
        )
    assert str(raised.value.context).startswith("COPY notes, line 1")
    await connection.copy_to_table(
        "notes", source=io.BytesIO(b"caf\xe9\n"), columns=["body"], format="csv", encoding="LATIN1"
    )
    assert await connection.fetchval("SELECT body FROM notes") == "café"
    await connection.close()


@pytest.mark.parametrize(("data", "found"), [(b"a\0b", "0x00"), (b"caf\xe9 .", "0xe9 0x20 0x2e")])
async def test_bytes_that_become_text_on_the_server_say_the_same(
    data: bytes, found: str, connection: asyncpg.Connection
) -> None:
    savepoint = connection.transaction()
    await savepoint.start()
    with pytest.raises(
        asyncpg.CharacterNotInRepertoireError, match=f'for encoding "UTF8": {found}'
    ):
        await connection.fetch("SELECT convert_from($1, 'UTF8')", data)
    await savepoint.rollback()
    text = await connection.fetchval("SELECT convert_from($1, 'LATIN1')", b"caf\xe9 .")
    assert text == "café ."


def test_psycopg_refuses_it_by_itself_and_the_escape_it_sends(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        with pytest.raises(
            psycopg.DataError, match=r"^PostgreSQL text fields cannot contain NUL \(0x00\) bytes$"
        ):
            connection.execute("SELECT %s::text", ["Ada\0"])
        with pytest.raises(
            psycopg.errors.UntranslatableCharacter, match=r"^unsupported Unicode escape sequence"
        ):
            connection.execute("SELECT %s::jsonb", [json.dumps("\0")])


NOTES = table("notes", column("body"), column("doc", JSONB))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"body": "Ada\0"}, 'invalid byte sequence for encoding "UTF8": 0x00'),
        ({"doc": {"a": "\0"}}, "unsupported Unicode escape sequence"),
    ],
)
async def test_sqlalchemy_wraps_both_and_takes_the_cleaned(
    values: dict[str, Any], message: str, dsn: str
) -> None:
    pool = connect(dsn)
    async with pool.begin() as connection:
        await connection.execute(text(errors_nul.TABLE))
    async with pool.connect() as connection:
        with pytest.raises(DBAPIError, match=message):
            await connection.execute(insert(NOTES), values)
        await connection.rollback()
        await connection.execute(insert(NOTES), without_nul(values))
        assert (await connection.execute(select(NOTES))).one()
    await pool.dispose()


async def test_reported_of_a_search_by_an_identifier_that_a_client_chose(
    notes: asyncpg.Connection,
) -> None:
    """MemMachine/MemMachine, issue 203: a 500, and with the type a 422."""
    app = FastAPI()

    class Search(BaseModel):
        user_id: Text

    @app.post("/search/naive")
    async def naive(user_id: Annotated[str, Query()]) -> int:
        return len(await notes.fetch("SELECT FROM notes WHERE body = $1", user_id))

    @app.post("/search")
    async def search(body: Search) -> int:
        return len(await notes.fetch("SELECT FROM notes WHERE body = $1", body.user_id))

    @app.get("/notes/{user_id}")
    async def notes_of(user_id: Text) -> str:
        return user_id

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        assert (await client.post("/search", json={"user_id": "a\0"})).status_code == 422
        assert (await client.get("/notes/a%00")).status_code == 422
        assert (await client.post("/search", json={"user_id": "a"})).status_code == 200
        with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL):
            await client.post("/search/naive?user_id=a%00")


async def test_reported_of_what_a_model_wrote(notes: asyncpg.Connection) -> None:
    """MemMachine/MemMachine, issue 1147: an accent that became a NUL and a digit."""
    feature = "Las Posadas and D\x00a de Los Muertos"
    with pytest.raises(asyncpg.CharacterNotInRepertoireError, match=NUL):
        async with notes.transaction():
            await store(notes, feature)
    await store(notes, without_nul(feature))
    stored = await notes.fetchval("SELECT body FROM notes")
    assert stored == "Las Posadas and Da de Los Muertos"  # the accent is lost: nobody can know it


async def test_reported_of_the_text_of_a_pdf_in_a_document(notes: asyncpg.Connection) -> None:
    """SciPhi-AI/R2R, issue 1264."""
    page = {"data": "Each family has speci\x00c needs", "page": 8}
    with pytest.raises(asyncpg.UntranslatableCharacterError, match=ESCAPED):
        async with notes.transaction():
            await file(notes, page)
    await file(notes, without_nul(page))
