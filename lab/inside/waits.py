"""What PostgreSQL's sessions wait for, by sampling pg_stat_activity.

A sample is a look at every session of the database. The shares of many looks are the shares of
time; what is shorter than the distance of two looks is still met, as often as it is long.
The looks come at random distances, so that they do not keep step with what they look at.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from lab.inside._session import session

EVERY_S = 0.01

_LOOK = """
SELECT state, coalesce(wait_event_type, ''), coalesce(wait_event, '')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> pg_backend_pid()
"""

RUNNING = "running"


class Waits:
    """What the sessions were seen doing; complete when the block ends.

    Attributes:
        looks: how many samples there are.
        active: how often a session inside a statement was seen with each wait event, such as
            "Lock:tuple" or "IO:WalSync"; `RUNNING` for one that waited for nothing, so it had a
            processor or wanted one.
        states: how often a session was seen in each state, such as "idle in transaction".
    """

    def __init__(self) -> None:
        self.looks = 0
        self.active: Counter[str] = Counter()
        self.states: Counter[str] = Counter()

    def sessions(self, state: str = "active") -> float:
        """How many sessions were in this state on average.

        Raises:
            ZeroDivisionError: the block ended before the first look.
        """
        return self.states[state] / self.looks

    def share(self, event: str) -> float:
        """Of the time that sessions spent inside statements, the share with this event, 0 to 1.

        Args:
            event: such as "Lock:tuple", a type such as "Lock" for all of that type, or `RUNNING`.

        Raises:
            ZeroDivisionError: no session was seen inside a statement.
        """
        seen = sum(
            count for name, count in self.active.items() if event in (name, name.partition(":")[0])
        )
        return seen / self.active.total()


@contextmanager
def waits(dsn: str, every_s: float = EVERY_S) -> Iterator[Waits]:
    """Sample the sessions of this database inside the block, at least once.

    The looks are taken in a thread of this process: some 0.3 ms of its time each.

    Args:
        dsn: URL of the database.
        every_s: mean distance of two looks, in seconds.

    Raises:
        UnavailableError: the server does not let us in.
    """
    found = Waits()
    ended = threading.Event()
    with session(dsn) as connection:
        failed: list[Exception] = []

        def watch() -> None:
            try:
                _look(connection, found)
                while not ended.wait(random.uniform(0.5, 1.5) * every_s):
                    _look(connection, found)
            except psycopg.Error as error:
                failed.append(error)

        thread = threading.Thread(target=watch, name="waits", daemon=True)
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            thread.join()
    if failed:
        raise failed[0]


def _look(connection: psycopg.Connection, found: Waits) -> None:
    rows = connection.execute(_LOOK).fetchall()
    found.looks += 1
    for state, kind, event in rows:
        found.states[state or "unknown"] += 1
        if state == "active":
            found.active[f"{kind}:{event}" if kind else RUNNING] += 1
