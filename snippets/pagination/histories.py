"""A table that changes while somebody reads it page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
SCHEMA = """
CREATE TEMP TABLE posts (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at int NOT NULL, likes int NOT NULL DEFAULT 0
)"""
FILL = "INSERT INTO posts (at) SELECT unnest(%s::int[])"
EMPTY = """
DELETE FROM posts; SELECT setval('posts_id_seq', 1, false)"""
# --8<-- [start:ways]
SELECT = "SELECT at, id FROM posts"
ORDER = "ORDER BY at DESC, id DESC LIMIT %(size)s"
FIRST = f"{SELECT} {ORDER}"
WAYS = {
    "OFFSET": f"{FIRST} OFFSET %(seen)s",
    "at < last": f"{SELECT} WHERE at < %(at)s {ORDER}",
    "(at, id) < last": (
        f"{SELECT} WHERE (at, id) < (%(at)s, %(id)s) {ORDER}"
    ),
}
CHANGES = {
    "insert": "INSERT INTO posts (at) VALUES (%(at)s)",
    "delete": "DELETE FROM posts WHERE id = %(id)s",
    "like": "UPDATE posts SET likes = likes + 1 WHERE id = %(id)s",
    "move": "UPDATE posts SET at = %(at)s WHERE id = %(id)s",
}
# --8<-- [end:ways]
FIXED = "insert", "delete", "like"  # they change no sort key


# --8<-- [start:walk]
@dataclass(frozen=True)
class History:
    times: Sequence[int]  # of the rows, whose ids are 1, 2, 3 …
    size: int  # of a page
    changes: Sequence[tuple[str, int, int]]  # kind, id, time


def walk(
    connection: Connection, way: str, history: History
) -> list[int]:
    """The ids that a reader gets, with a change after each page."""
    connection.execute(EMPTY)
    connection.execute(FILL, [list(history.times)])
    changes = iter(history.changes)
    query, read = FIRST, list[int]()
    place = {"size": history.size, "seen": 0}
    while page := connection.execute(query, place).fetchall():
        read += [row for _, row in page]
        at, last = page[-1]
        query = WAYS[way]
        place |= {"at": at, "id": last, "seen": len(read)}
        for kind, row, time in islice(changes, 1):
            new = {"id": row, "at": time}
            connection.execute(CHANGES[kind], new)
    return read


# --8<-- [end:walk]
# --8<-- [start:drifts]
def drifts(read: Sequence[int], history: History) -> bool:
    """A row came twice, or one that was always there never came."""
    deleted = {
        row for kind, row, _ in history.changes if kind == "delete"
    }
    always = {*range(1, len(history.times) + 1)} - deleted
    return len(read) > len({*read}) or not always <= {*read}


# --8<-- [end:drifts]
