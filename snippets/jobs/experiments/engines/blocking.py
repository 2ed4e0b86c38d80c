"""The job, for engines that run it in threads or processes."""

import psycopg

from snippets.jobs.experiments.engines.setting import (
    BEGIN,
    DATABASE_URL,
    END,
    FREE,
    WAIT,
)


def work_blocking(job: int) -> None:
    with psycopg.connect(DATABASE_URL, autocommit=True) as connection:
        row = connection.execute(BEGIN, [job]).fetchone()
        assert row
        if row[0] > FREE:
            connection.execute(WAIT)
        connection.execute(END, [row[0]])
