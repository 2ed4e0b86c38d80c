"""The processor time of the server's processes."""

import psutil
import psycopg
import pytest

from lab.inside import UnavailableError
from lab.inside.processor import processor

# Counts to a number in one statement: work that needs no second process.
COUNT = "SELECT count(*) FROM generate_series(1, 2000000)"


@pytest.mark.parametrize("ended", [True, False], ids=["a session that ended", "one that goes on"])
def test_the_time_of_a_session_is_counted(open_dsn: str, ended: bool) -> None:
    connection = psycopg.connect(open_dsn)
    with processor(open_dsn) as found:
        connection.execute(COUNT)
        spent = psutil.Process(connection.info.backend_pid).cpu_times()
        if ended:
            connection.close()
    connection.close()
    assert found.seconds >= 0.5 * spent.user


def test_a_server_elsewhere_is_unavailable(open_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As seen from another machine: the process of that number is not the server's."""
    monkeypatch.setattr(psutil.Process, "parent", lambda self: psutil.Process())
    with pytest.raises(UnavailableError, match="not on this machine"), processor(open_dsn):
        pass
