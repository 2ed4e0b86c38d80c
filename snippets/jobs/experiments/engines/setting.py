"""Where an engine runs, and the job that it is given.

The job stores that it has begun, goes through a gate, and stores that
it has ended. The first executions find no gate, the others wait there
until the experiment opens it: that is how four are running when the
worker is killed, on any machine.
"""

import os

import asyncpg

DATABASE_URL = os.environ["DATABASE_URL"]
REDIS_URL = os.environ["REDIS_URL"]
NAMESPACE = os.environ["NAMESPACE"]  # no other run has its keys
RUNNING = int(os.environ["RUNNING"])
FREE = int(os.environ["FREE"])  # executions without a gate
RECOVER_S = float(os.environ["RECOVER_S"])  # until a worker is dead

GATE = 11
BEGIN = "INSERT INTO executions (job) VALUES (%s) RETURNING id"
WAIT = f"SELECT pg_advisory_lock_shared({GATE})"
END = "UPDATE executions SET ended = true WHERE id = %s"


async def work(job: int) -> None:
    connection = await asyncpg.connect(DATABASE_URL)
    try:
        begun = await connection.fetchval(
            BEGIN.replace("%s", "$1"), job
        )
        if begun > FREE:
            await connection.execute(WAIT)
        await connection.execute(END.replace("%s", "$1"), begun)
    finally:
        await connection.close()
