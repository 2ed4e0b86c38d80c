"""What sessions wait for, seen by sampling."""

import threading
import time

import psycopg
import pytest

from lab.inside import UnavailableError
from lab.inside.waits import RUNNING, Waits, waits


def test_a_session_that_waits_for_a_lock_is_seen_waiting(open_dsn: str) -> None:
    with (
        psycopg.connect(open_dsn) as holder,
        # Else it would begin a transaction first, and be idle in it until it waits.
        psycopg.connect(open_dsn, autocommit=True) as waiter,
    ):
        holder.execute("UPDATE item SET id = id")
        blocked = threading.Thread(target=waiter.execute, args=["UPDATE item SET id = id"])
        blocked.start()
        with waits(open_dsn, every_s=0.001) as found:
            deadline = time.monotonic() + 30
            while found.active["Lock:transactionid"] < 5:
                assert time.monotonic() < deadline
                time.sleep(0.001)
        holder.rollback()
        blocked.join()
    assert found.looks >= 5
    assert found.share("Lock") >= found.share("Lock:transactionid") > 0
    assert found.sessions("idle in transaction") == 1
    assert 0 < found.sessions() <= 1


def test_the_instrument_does_not_see_itself(open_dsn: str) -> None:
    with waits(open_dsn) as found:
        pass
    assert found.looks >= 1
    assert found.sessions() == 0
    assert not found.active


def test_shares_are_of_the_time_inside_statements() -> None:
    found = Waits()
    found.active.update({RUNNING: 6, "IO:WalSync": 1, "IO:DataFileRead": 2, "Lock:tuple": 1})
    assert found.share(RUNNING) == 0.6
    assert found.share("IO") == 0.3
    assert found.share("IO:WalSync") == 0.1
    assert found.share("I") == 0


def test_a_session_that_the_server_ends_is_an_error_and_not_a_short_result(
    open_dsn: str,
) -> None:
    def end_the_instrument() -> None:
        with waits(open_dsn, every_s=0.001), psycopg.connect(open_dsn) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            time.sleep(0.05)

    with pytest.raises(psycopg.OperationalError):
        end_the_instrument()


def test_an_address_without_a_server_says_so() -> None:
    with (
        pytest.raises(UnavailableError, match="No instrument reaches"),
        waits("postgresql://127.0.0.1:1/x"),
    ):
        pass
