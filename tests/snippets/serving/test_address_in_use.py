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
from tests.snippets.serving.conftest import Start, Write, until

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
CODE = errno.EADDRINUSE
BY_ASYNCIO = f"[Errno {CODE}] error while attempting to bind on address ('{{}}', {{}}): "
BOUND = f"[Errno {CODE}] {os.strerror(CODE)}"


@pytest.fixture
def taken() -> Iterator[int]:
    with listing.listen(0) as listener:
        listener.listen()
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
    assert f"Connection in use: ('127.0.0.1', {taken})" in printed
    assert printed.splitlines()[-1].endswith(f"Can't connect to ('127.0.0.1', {taken})")


def serving(start: Start, *options: str) -> tuple["subprocess.Popen[str]", int]:
    """A server on a port of its own, which listens."""
    port = free_port()
    process = start("uvicorn", "app:app", "--port", str(port), *options)
    # A parent of others binds first, and one without binds after its startup.
    until(process, "Application startup complete" if options else "Uvicorn running on")
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
    for child in children:
        child.send_signal(signal.SIGKILL)
    psutil.wait_procs(children, timeout=30)
    assert not refused(port)


def test_a_server_that_was_asked_to_end_frees_it(write: Write, start: Start) -> None:
    write("app.py", APP)
    process, port = serving(start, "--workers", "2")
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


def test_a_connection_that_waits_for_its_end_does_not_keep_it() -> None:
    """TIME_WAIT, which is the server's if it closes first."""
    with listing.listen(0) as listener:
        listener.listen()
        address = listener.getsockname()
        with socket.create_connection(address) as client:
            connection, _ = listener.accept()
            connection.close()
            assert client.recv(1) == b""
    assert not refused(address[1])


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


@pytest.mark.skipif(sys.platform != "linux", reason="each system has numbers of its own")
def test_its_number_on_linux() -> None:
    assert CODE == 98
