"""Calls, rows, execution time, buffers and WAL of each statement, from pg_stat_statements.

The time is that of the executor: without parsing, planning and the network, but with writing rows
into the send buffer. Its figures are sums, extremes and a mean; `lab.inside.durations` has medians.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.rows import class_row

from lab.inside import UnavailableError
from lab.inside._session import privileged, session, setting

EXTENSION = "pg_stat_statements"
SETTINGS = {"shared_preload_libraries": EXTENSION}

_RESET = """
SELECT /* instrument */ pg_stat_statements_reset(
    0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)
"""
_READ = """
SELECT query, calls, rows,
       total_exec_time / 1000 AS total_s, min_exec_time / 1000 AS min_s,
       max_exec_time / 1000 AS max_s,
       shared_blks_hit AS blocks_hit, shared_blks_read AS blocks_read,
       shared_blks_dirtied AS blocks_dirtied, shared_blks_written AS blocks_written,
       temp_blks_read + temp_blks_written AS temporary_blocks,
       wal_records, wal_bytes::bigint AS wal_bytes
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query NOT LIKE '%/* instrument */%'
ORDER BY total_exec_time DESC
"""


@dataclass(frozen=True)
class Statement:
    """One normalized statement: what all its executions did together.

    Attributes:
        query: its text, with `$1` where constants stood.
        calls: how many times it was executed to the end.
        rows: rows that it returned or changed, over all calls.
        total_s: seconds in the executor, over all calls.
        min_s: seconds of the shortest call.
        max_s: seconds of the longest call.
        blocks_hit: pages of tables and indexes that were found in shared buffers.
        blocks_read: pages that were read from the operating system.
        blocks_dirtied: pages that were changed first by this statement.
        blocks_written: pages that it had to write out itself.
        temporary_blocks: pages of temporary files, read and written.
        wal_records: records of the write-ahead log.
        wal_bytes: their bytes.
    """

    query: str
    calls: int
    rows: int
    total_s: float
    min_s: float
    max_s: float
    blocks_hit: int
    blocks_read: int
    blocks_dirtied: int
    blocks_written: int
    temporary_blocks: int
    wal_records: int
    wal_bytes: int

    @property
    def mean_s(self) -> float:
        """Seconds of a call on average."""
        return self.total_s / self.calls


class Statements(Sequence[Statement]):
    """The statements of a block, the one with the longest total time first.

    It is filled when the block ends, and empty before.
    """

    def __init__(self) -> None:
        self._found: list[Statement] = []

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        """The statement at a rank, or several."""
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    @property
    def calls(self) -> int:
        """Executions of all statements; with BEGIN, COMMIT and the resets of a pool."""
        return sum(statement.calls for statement in self)

    def matching(self, part: str) -> Statement:
        """All statements whose text contains the part, as one.

        Raises:
            LookupError: there is none; the message lists those that ran.
        """
        found = [statement for statement in self if part in statement.query]
        if not found:
            ran = "; ".join(" ".join(statement.query.split())[:60] for statement in self)
            raise LookupError(f"no statement contains {part!r}; there ran: {ran or 'none'}")
        return _together(found)


@contextmanager
def statements(dsn: str) -> Iterator[Statements]:
    """What the statements in this database do inside the block, of whatever client.

    At entry it sets back the figures of this database; those of others are not touched.

    Args:
        dsn: URL of the database.

    Raises:
        UnavailableError: the server was not started with `SETTINGS`, or does not show its figures
            to this role.
    """
    found = Statements()
    with session(dsn) as connection:
        with privileged(EXTENSION):
            if EXTENSION not in setting(connection, "shared_preload_libraries"):
                raise UnavailableError(
                    f"{EXTENSION} is not loaded. Start the server with "
                    "lab.postgres_server(statements.SETTINGS); for a server of yours, add it to "
                    "shared_preload_libraries and restart."
                )
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}".encode())
            connection.execute(_RESET)
        yield found
        with privileged(EXTENSION):
            rows = connection.cursor(row_factory=class_row(Statement)).execute(_READ).fetchall()
    found._found = rows


def _together(found: Sequence[Statement]) -> Statement:
    def total(name: str) -> int:
        return sum(getattr(statement, name) for statement in found)

    return Statement(
        query="; ".join(statement.query for statement in found),
        calls=total("calls"),
        rows=total("rows"),
        total_s=sum(statement.total_s for statement in found),
        min_s=min(statement.min_s for statement in found),
        max_s=max(statement.max_s for statement in found),
        blocks_hit=total("blocks_hit"),
        blocks_read=total("blocks_read"),
        blocks_dirtied=total("blocks_dirtied"),
        blocks_written=total("blocks_written"),
        temporary_blocks=total("temporary_blocks"),
        wal_records=total("wal_records"),
        wal_bytes=total("wal_bytes"),
    )
