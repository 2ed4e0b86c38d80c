"""PostgreSQL's text has no NUL character.

Running it stores one as text and as JSON, then without it, and prints
what comes of each.
"""

import asyncio
import json
from typing import Annotated, Any

import asyncpg
from pydantic import AfterValidator

TABLE = "CREATE TABLE notes (body text, doc jsonb)"


# --8<-- [start:raises]
async def store(connection: asyncpg.Connection, body: str) -> str:
    insert = "INSERT INTO notes (body) VALUES ($1)"
    return str(await connection.execute(insert, body))


async def file(connection: asyncpg.Connection, doc: Any) -> str:
    insert = "INSERT INTO notes (doc) VALUES ($1)"
    return str(await connection.execute(insert, json.dumps(doc)))


# --8<-- [end:raises]
# --8<-- [start:fix]
def refuse_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain a NUL character")
    return text


Text = Annotated[str, AfterValidator(refuse_nul)]


def without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [without_nul(item) for item in value]
        case dict():
            return {
                without_nul(key): without_nul(item)
                for key, item in value.items()
            }
    return value


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    scanned = "Ada\0 Lovelace"
    for text in (scanned, without_nul(scanned)):
        for attempt in (
            store(connection, text),
            file(connection, {"text": [text]}),
        ):
            try:
                print(await attempt)
            except asyncpg.DataError as error:
                print(error)
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
