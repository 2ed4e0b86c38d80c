"""`[Errno 98] … address already in use`, and who has it."""

import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from lab.ports import free_port
from snippets.serving import errors_address_in_use as listing
from tests.processes import kill, wait_until_it_listens
from tests.snippets.serving.conftest import Start, Write, until

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
CODE = errno.EADDRINUSE
BY_ASYNCIO = f"[Errno {CODE}] error while attempting to bind on address ('{{}}', {{}}): "
BOUND = f"[Errno {CODE}] {os.strerror(CODE)}"


@pytest.fixture
def taken() -> Iterator[int]:
    with listing.listen(0) as listener:
        yield listener.getsockname()[1]


def test_uvicorn_runs_the_lifespan_logs_it_and_exits(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        listing.serve(listing.app, taken)
    printed = capsys.readouterr()
    assert exited.value.code == 3
    said = BY_ASYNCIO.format("127.0.0.1", taken) + "address already in use"
    assert f"ERROR:    {said}\n" in printed.err
    assert printed.out == "the lifespan begins\nthe lifespan ends\n"


def test_a_listener_that_is_bound_first_raises_before_anything_runs(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OSError, match=f"^{re.escape(BOUND)}$") as raised:
        listing.listen(taken)
    assert raised.value.errno == CODE
    assert capsys.readouterr().out == ""


def test_it_serves_on_a_port_that_nobody_chose() -> None:
    with listing.listen(0) as listener:
        assert listing.ask(listener) == 200


def test_nobody_else_can_have_its_port_before_it_serves() -> None:
    """Bound and not listening yet, it could be bound again, as SO_REUSEADDR is set."""
    with listing.listen(0) as listener:
        assert refused(listener.getsockname()[1])


def test_a_client_that_comes_before_it_serves_waits() -> None:
    with (
        listing.listen(0) as listener,
        socket.create_connection(listener.getsockname()) as early,
    ):
        early.sendall(b"GET /docs HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        assert listing.ask(listener) == 200
        assert early.recv(15) == b"HTTP/1.1 200 OK"


def test_two_that_share_a_port_both_have_to_ask_for_it() -> None:
    with socket.socket() as one, socket.socket() as other:
        for sharing in (one, other):
            sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", 0))
        one.listen()
        other.bind(one.getsockname())
        other.listen()
        assert refused(one.getsockname()[1])


def test_two_of_them_never_have_the_same() -> None:
    with listing.listen(0) as one, listing.listen(0) as other:
        assert one.getsockname() != other.getsockname()


@pytest.mark.parametrize("options", [("--workers", "2"), ("--reload",)], ids=["workers", "reload"])
def test_with_workers_or_reload_the_parent_binds_and_says_less(
    options: tuple[str, ...], taken: int, write: Write, start: Start
) -> None:
    write("app.py", APP)
    process = start("uvicorn", "app:app", "--port", str(taken), *options)
    printed, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert f"ERROR:    {BOUND}\n" in printed
    assert "startup" not in printed


def test_all_addresses_are_this_one_too(taken: int, write: Write, start: Start) -> None:
    write("app.py", APP)
    process = start("uvicorn", "app:app", "--host", "0.0.0.0", "--port", str(taken))
    printed, _ = process.communicate(timeout=30)
    assert BY_ASYNCIO.format("0.0.0.0", taken) in printed


def test_an_address_of_another_machine_is_another_error(write: Write, start: Start) -> None:
    write("app.py", APP)
    process = start("uvicorn", "app:app", "--host", "192.0.2.1", "--port", "0")
    printed, _ = process.communicate(timeout=30)
    said = f"[Errno {errno.EADDRNOTAVAIL}] error while attempting to bind on address"
    assert said in printed
    assert "cannot assign requested address" in printed.lower()


def test_gunicorn_tries_again_and_gives_up(taken: int, write: Write, start: Start) -> None:
    write("app.py", APP)
    address = f"127.0.0.1:{taken}"
    process = start("gunicorn", "app:app", "-k", "asgi", "-b", address, "--no-control-socket")
    printed, _ = process.communicate(timeout=50)
    assert process.returncode == 1
    assert printed.count(f"Connection in use: ('127.0.0.1', {taken})") == 5
    assert printed.splitlines()[-1].endswith(f"Can't connect to ('127.0.0.1', {taken})")


def serving(start: Start, *options: str) -> tuple["subprocess.Popen[str]", int]:
    """A server on a port of its own, which listens."""
    port = free_port()
    process = start("uvicorn", "app:app", "--port", str(port), *options)
    # A parent of others says so before they start. A worker listens only after it has said that its
    # startup is complete; until then the port is bound, which SO_REUSEADDR lets another be, too.
    until(process, "Application startup complete" if options else "Uvicorn running on")
    wait_until_it_listens(process, port)
    return process, port


def refused(port: int) -> bool:
    """Whether a listener cannot be bound there."""
    try:
        listing.listen(port).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("options", [("--workers", "2"), ("--reload",)], ids=["workers", "reload"])
def test_children_of_a_parent_that_was_killed_keep_the_port(
    options: tuple[str, ...], write: Write, start: Start
) -> None:
    write("app.py", APP)
    process, port = serving(start, *options)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert refused(port)
    kill(children)
    psutil.wait_procs(children, timeout=30)
    assert not refused(port)


@pytest.mark.parametrize("options", [("--workers", "2"), ("--reload",)], ids=["workers", "reload"])
def test_a_server_that_was_asked_to_end_frees_it(
    options: tuple[str, ...], write: Write, start: Start
) -> None:
    write("app.py", APP)
    process, port = serving(start, *options)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert not refused(port)


def test_a_job_that_is_stopped_keeps_it(write: Write, start: Start) -> None:
    """As by Ctrl-Z."""
    write("app.py", APP)
    process, port = serving(start)
    process.send_signal(signal.SIGSTOP)
    while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
        pass
    assert refused(port)


def test_a_connection_that_waits_for_its_end_does_not_keep_it(write: Write, start: Start) -> None:
    """TIME_WAIT, which is the server's as it closes first."""
    write("app.py", APP)
    process, port = serving(start)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    again = start("uvicorn", "app:app", "--port", str(port))
    assert "Uvicorn running on" in until(again, "Uvicorn running on", "ERROR")


def test_nor_does_it_keep_it_from_the_listener_of_the_page() -> None:
    with listing.listen(0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as client:
            connection, _ = listener.accept()
            connection.close()
            assert client.recv(1) == b""
    assert not refused(address[1])


@pytest.mark.usefixtures("no_nohup")
@pytest.mark.parametrize(
    ("options", "lives"),
    [(("--workers", "2"), True), (("--reload",), False), ((), False)],
    ids=["workers", "reload", "alone"],
)
def test_what_a_terminal_that_is_closed_ends(
    options: tuple[str, ...], lives: bool, write: Write, start: Start
) -> None:
    """SIGHUP goes to all that the terminal has in front; the parent of workers starts them anew."""
    write("app.py", APP)
    process, port = serving(start, *options)
    if lives:
        until(process, "Application startup complete")  # of the other worker
    os.killpg(process.pid, signal.SIGHUP)
    if lives:
        assert "Application startup complete" in until(process, "Application startup complete")
        assert process.poll() is None
        wait_until_it_listens(process, port)  # one worker may be ending, and one not there yet
    else:
        process.communicate(timeout=30)
    assert refused(port) is lives


@pytest.mark.parametrize(
    "command",
    [("ss", "-ltnp", "sport = :{}"), ("lsof", "-nP", "-iTCP:{}", "-sTCP:LISTEN")],
    ids=["ss", "lsof"],
)
def test_who_has_it(command: tuple[str, ...], taken: int) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"there is no {command[0]} here")
    asked = [part.format(taken) for part in command]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert str(os.getpid()) in printed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="there is no setpriv here")
@pytest.mark.skipif(not shutil.which("ss"), reason="there is no ss here")
def test_another_user_is_told_that_somebody_has_it_and_not_who(taken: int) -> None:
    command = ["setpriv", "--reuid=65534", "--clear-groups", "ss", "-ltnp", f"sport = :{taken}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"127.0.0.1:{taken}" in printed
    assert str(os.getpid()) not in printed


@pytest.mark.skipif(sys.platform != "linux", reason="each system has numbers of its own")
def test_its_number_on_linux() -> None:
    assert CODE == 98
