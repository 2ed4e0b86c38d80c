"""A row with one column of each kind that clients fill."""

import json
from typing import Any

import asyncpg
from pydantic import BaseModel, ValidationError

# --8<-- [start:values]
SCHEMA = """
CREATE TEMPORARY TABLE sent (
    name text, document jsonb, count bigint, small integer,
    price numeric(12, 2), share double precision, due timestamptz
)
"""
BODIES = (
    ("a NUL", "name", '"a\\u0000b"'),
    ("half a character", "name", '"\\ud800"'),
    ("a NUL in JSON", "document", '{"a": "\\u0000"}'),
    ("2**63", "count", "9223372036854775808"),
    ("2**31", "small", "2147483648"),
    ("1e20", "price", '"1e20"'),
    ("NaN", "price", '"NaN"'),
    ("0.125", "price", '"0.125"'),
    ("1.10 as a number", "price", "1.10"),
    ("Infinity", "share", "1e400"),
    ("the year 1, east", "due", '"0001-01-01T00:00:00+14:00"'),
    ("a time without a zone", "due", '"2026-11-28T12:00:00"'),
    ("1700000000", "due", "1700000000"),
)
# --8<-- [end:values]


async def store(
    connection: asyncpg.Connection, column: str, value: object
) -> Any:
    """What is read of a value that was stored."""
    insert = (
        f"INSERT INTO sent ({column}) VALUES ($1) RETURNING {column}"
    )
    if column == "document":
        return json.loads(
            await connection.fetchval(insert, json.dumps(value))
        )
    return await connection.fetchval(insert, value)


# --8<-- [start:store]
async def fate(
    connection: asyncpg.Connection,
    model: type[BaseModel],
    column: str,
    text: str,
) -> str:
    body = {column: json.loads(text)}  # as FastAPI reads a body
    try:
        sent = getattr(model.model_validate(body), column)
    except ValidationError:
        return "422"
    try:
        read = await store(connection, column, sent)
    except (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        UnicodeError,
    ) as error:
        return f"500, {type(error).__name__}"
    return "200" if read == sent else f"200, stored as {read}"


# --8<-- [end:store]


async def tell(dsn: str, model: type[BaseModel]) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    for name, column, text in BODIES:
        told = await fate(connection, model, column, text)
        print(f"{name:21} {told}")
    await connection.close()


def demonstrate(model: type[BaseModel]) -> None:
    import asyncio

    import lab

    with lab.postgres() as dsn:
        asyncio.run(tell(dsn, model))
