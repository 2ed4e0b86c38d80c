"""`server closed the connection unexpectedly`: psycopg, before, between and during statements."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, PendingRollbackError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

import lab
from snippets.resilience import errors_server_closed as listing
from snippets.resilience.wire import Wire, through
from tests.snippets.resilience.forgetful import forgetful

CLOSED = (
    "server closed the connection unexpectedly\n"
    "\tThis probably means the server terminated abnormally\n"
    "\tbefore or while processing the request."
)
CONSUMING = f"consuming input failed: {CLOSED}"


def of_psycopg(dsn: str) -> URL:
    return make_url(dsn).set(drivername="postgresql+psycopg")


@pytest.fixture
def server() -> Iterator[lab.PostgresServer]:
    with lab.postgres_server() as server:
        yield server


def crash(server: lab.PostgresServer) -> None:
    server.kill()
    server.start()


def test_after_a_crash_the_connection_of_the_pool_raises(server: lab.PostgresServer) -> None:
    url = of_psycopg(server.dsn)
    with pytest.raises(OperationalError) as raised:
        listing.read_after(url, listing.unchecked, lambda: crash(server))
    assert str(raised.value.orig) == CONSUMING
    assert raised.value.connection_invalidated


def test_a_ping_replaces_it(server: lab.PostgresServer) -> None:
    url = of_psycopg(server.dsn)
    assert listing.read_after(url, listing.checked, lambda: crash(server)) == 42


def test_the_next_read_has_new_connections_all_the_same(server: lab.PostgresServer) -> None:
    engine = listing.unchecked(of_psycopg(server.dsn))
    listing.read(engine)
    crash(server)
    with pytest.raises(OperationalError):
        listing.read(engine)
    assert listing.read(engine) == 42
    engine.dispose()


@pytest.mark.parametrize(("seconds", "kept"), [(239, True), (241, False)])
def test_a_connection_is_replaced_before_a_proxy_forgets_it(
    seconds: int, kept: bool, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = listing.checked(of_psycopg(dsn))

    def process() -> int:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT pg_backend_pid()")) or 0

    first, later = process(), time.time() + seconds
    monkeypatch.setattr("sqlalchemy.pool.base.time.time", lambda: later)
    assert (process() == first) is kept
    engine.dispose()


def test_a_session_goes_on_after_a_rollback_and_not_before(server: lab.PostgresServer) -> None:
    """What it had not committed is gone; a connection of psycopg itself stays closed."""
    engine = listing.unchecked(of_psycopg(server.dsn))
    with psycopg.connect(server.dsn) as raw, Session(engine) as session:
        session.execute(text("CREATE TABLE placed (id int)"))
        session.commit()
        session.execute(text("INSERT INTO placed VALUES (7)"))
        crash(server)
        with pytest.raises(OperationalError):
            session.execute(text("SELECT 42"))
        with pytest.raises(PendingRollbackError):
            session.execute(text("SELECT 42"))
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM placed")) == 0
        with pytest.raises(psycopg.OperationalError):
            raw.execute("SELECT 42")
        with pytest.raises(psycopg.OperationalError, match=r"^the connection is lost$"):
            raw.rollback()
        with pytest.raises(psycopg.OperationalError, match=r"^the connection is closed$"):
            raw.execute("SELECT 42")
    engine.dispose()


async def test_a_connection_that_is_reset_says_the_same(dsn: str) -> None:
    """As a firewall does that has forgotten it, and does not drop in silence."""
    url = make_url(dsn)
    async with forgetful(url.host or "", url.port or 5432) as proxy:
        here = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(here) as connection:
            proxy.forget()
            with pytest.raises(psycopg.OperationalError) as raised:
                await connection.execute("SELECT 42")
            assert str(raised.value) == CONSUMING


def test_recycling_alone_does_not_see_it(server: lab.PostgresServer) -> None:
    with pytest.raises(OperationalError):
        listing.read_after(
            of_psycopg(server.dsn),
            lambda url: create_engine(url, pool_recycle=240),
            lambda: crash(server),
        )


def accepts(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def test_one_process_of_the_server_that_is_killed_takes_all_connections_with_it(
    server: lab.PostgresServer,
) -> None:
    """As the kernel does for want of memory; the others raise it, too."""
    with psycopg.connect(server.dsn) as bystander, psycopg.connect(server.dsn) as victim:
        pid = victim.info.backend_pid
        threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
        with pytest.raises(psycopg.OperationalError) as raised:
            victim.execute("SELECT pg_sleep(30)")
        assert str(raised.value) == CONSUMING
        with pytest.raises(psycopg.OperationalError) as told:
            bystander.execute("SELECT pg_sleep(30)")
        assert str(told.value) == CONSUMING
    while not accepts(server.dsn):  # a server that recovers does not stop
        time.sleep(0.05)


async def test_a_wire_that_ends_during_the_statement(dsn: str) -> None:
    """With a ping, which came before."""
    wire = Wire(hang_up_after=b"pg_sleep(0)")
    async with through(dsn, wire) as here:
        engine = create_async_engine(of_psycopg(here), pool_pre_ping=True)
        async with engine.connect() as connection:
            with pytest.raises(OperationalError) as raised:
                await connection.execute(text("SELECT pg_sleep(0)"))
        assert str(raised.value.orig) == CONSUMING
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 42")) == 42
        await engine.dispose()


def test_who_hangs_up_while_a_connection_is_made() -> None:
    """As a proxy without a server behind it, or another service on that port."""

    def hang_up(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client:
            client.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, args=(listener,))
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(psycopg.OperationalError) as raised:
            psycopg.connect(f"postgresql://app@127.0.0.1:{port}/shop?sslmode=disable")
        thread.join()
    at = f'connection failed: connection to server at "127.0.0.1", port {port} failed: '
    assert str(raised.value) == at + CLOSED


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("idle_session_timeout", "terminating connection due to idle-session timeout"),
        ("pg_terminate_backend", "terminating connection due to administrator command"),
    ],
)
def test_a_server_that_can_still_speak_says_why(setting: str, said: str, dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as victim:
        if setting == "pg_terminate_backend":
            with psycopg.connect(dsn) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [victim.info.backend_pid])
        else:
            victim.execute("SET idle_session_timeout = '10ms'")
            while not ended(dsn, victim.info.backend_pid):
                pass
        with pytest.raises(psycopg.OperationalError, match=f"^{said}$"):
            victim.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match=r"^the connection is closed$"):
            victim.execute("SELECT 1")


def ended(dsn: str, pid: int) -> bool:
    with psycopg.connect(dsn) as admin:
        found = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
        return found.fetchone() == (0,)


FORKED = """
import os, sys
from sqlalchemy import create_engine, text
engine = create_engine(sys.argv[1])

def read():
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 42"))

print(read())
if (child := os.fork()) == 0:
    engine.dispose({close})
    os._exit(0)
os.waitpid(child, 0)
try:
    print(read())
except Exception as error:
    print(str(error.orig).partition(chr(10))[0])
"""


@pytest.mark.parametrize(
    ("close", "said"),
    [("", CONSUMING.partition("\n")[0]), ("close=False", "42")],
    ids=["closed", "forgotten"],
)
def test_a_child_that_closes_what_it_inherited_ends_its_parents(
    close: str, said: str, dsn: str
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKED.format(close=close)]
    url = of_psycopg(dsn).render_as_string(hide_password=False)
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["42", said]
