"""The table of a queue of our own, and how a job gets into it."""

import json
from typing import NamedTuple

import asyncpg

# --8<-- [start:table]
TABLES = """
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload jsonb NOT NULL,
    status text NOT NULL DEFAULT 'waiting',
    attempts int NOT NULL DEFAULT 0,
    due timestamptz NOT NULL DEFAULT now(),
    error text
);
CREATE INDEX ON jobs (due, id) WHERE status = 'waiting';
CREATE TABLE dead_jobs (LIKE jobs);
"""


class Job(NamedTuple):
    """What a worker is given."""

    id: int
    payload: dict[str, object]
    attempts: int


async def enqueue(
    connection: asyncpg.Connection, payload: dict[str, object]
) -> None:
    """Within the transaction of the caller, if there is one."""
    await connection.execute(
        "INSERT INTO jobs (payload) VALUES ($1)", json.dumps(payload)
    )


# --8<-- [end:table]


def job_of(row: asyncpg.Record) -> Job:
    return Job(row["id"], json.loads(row["payload"]), row["attempts"])
