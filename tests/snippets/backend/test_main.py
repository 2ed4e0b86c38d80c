"""One command runs the whole backend, and leaves nothing behind."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
import pytest

from lab import binaries, ports
from snippets.backend import __main__ as runner
from snippets.backend import running
from snippets.backend.port import ready, unusable
from snippets.backend.processes import Processes
from snippets.backend.signals import until_told_to_end
from tests import processes

OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR")
OPEN = "The shop is open"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, services: None) -> None:
    """Nothing is chosen, and what the runner chooses is forgotten after the test."""
    for name in OURS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def pasted(guide: str) -> str:
    """What the commands of the guide print, in the shell of whoever pastes them."""
    commands = guide[guide.index("url=") : guide.index("Ctrl-C")]
    done = subprocess.run(["sh", "-e"], input=commands, capture_output=True, text=True, check=True)
    return done.stdout


def scraped(guide: str) -> str:
    [command] = [line for line in guide.splitlines() if "Metrics" in line]
    words = command.replace("Metrics", "", 1)
    return subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=True).stdout


def answered_while_it_ends(port: int) -> int:
    """Tell this process to end while a request waits for a lock; return the status of its answer.

    The lock is held for a second more: uvicorn's parent looks for signals twice in that time.
    """

    def answered() -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as client:
            client.request("GET", "/products")
            return client.getresponse().status

    dsn = os.environ["DATABASE_URL"]
    with (
        ThreadPoolExecutor() as threads,
        psycopg.connect(dsn) as lock,
        psycopg.connect(dsn, autocommit=True) as seen,
    ):
        lock.execute("LOCK TABLE product")
        request = threads.submit(answered)
        while not seen.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    return request.result()


def children(word: str) -> list[int]:
    """The ids of what this process has started whose command line has the word."""
    return [child.pid for child in processes.children(word)]


def test_it_serves_replaces_who_is_killed_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    port, said, seen = ports.free_port(), list[str](), dict[str, str]()
    web_workers, replacements = list[int](), list[int]()

    def end() -> None:
        seen["status"] = str(answered_while_it_ends(port))

    def visit(text: str) -> None:
        """The runner's own thread stands still meanwhile: it has spoken to whoever reads it."""
        said.append(text)
        if OPEN in text:
            seen["order"] = pasted(text)
            seen["metrics"] = scraped(text)
            web_workers.extend(children("spawn_main"))
            [worker] = children("snippets.backend.worker")
            os.kill(worker, signal.SIGKILL)
        else:
            replacements.extend(children("snippets.backend.worker"))
            ending.start()
            time.sleep(20)  # the signal ends it

    monkeypatch.setenv("LOCK_S", "1.9")  # more than the second for which it is held
    ending = threading.Thread(target=end)
    monkeypatch.setattr(running, "say", visit)
    handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert runner.main(["--port", str(port)]) == 0
    ending.join()

    assert '"state":"placed"' in seen["order"]
    placed = 'shop_request_seconds_count{method="POST",route="/orders",status="201"} 1.0'
    assert placed in seen["metrics"]
    assert seen["status"] == "200"
    assert len(web_workers) == 2
    [pid] = replacements
    assert said[1:] == [f"the job worker was killed by SIGKILL; process {pid} replaces it."]
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert unusable(port) is None
    assert not Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).exists()
    assert handlers == (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT))


@pytest.mark.usefixtures("no_nohup")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_that_ends_programs_ends_it_without_a_traceback(number: int) -> None:
    begun = time.monotonic()
    with until_told_to_end():
        os.kill(os.getpid(), number)
        time.sleep(20)
    assert time.monotonic() - begun < 20


def test_ctrl_c_while_it_imports_ends_it_without_a_traceback() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "snippets.backend"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        next(line for line in process.stderr if "sqlalchemy" in line)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert "Traceback" not in said
    assert process.returncode == -signal.SIGINT


def test_what_nohup_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    survived = False
    try:
        with until_told_to_end():
            os.kill(os.getpid(), signal.SIGHUP)
            survived = True
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert survived


def test_the_command_of_the_copy_ends_with_0_when_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told(port: int) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
        return port

    monkeypatch.setattr(sys, "argv", ["shop"])
    monkeypatch.setattr(running, "serve", told)
    assert running.main() == 0


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Ctrl-C does afterwards what it did before."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_the_module_is_a_command_and_its_status_is_that_of_the_process(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/shop")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(sys, "argv", ["shop", "--port", str(taken)])
    monkeypatch.delitem(sys.modules, "snippets.backend.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("snippets.backend", run_name="__main__")
    assert ended.value.code == 1


def test_a_port_in_use_is_said_in_a_line(
    taken: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["shop", "--port", str(taken)])
    assert running.main() == 1
    assert capfd.readouterr().err == (
        f"Port {taken} of 127.0.0.1 cannot be used: Address already in use."
        " Choose another: --port 8001\n"
    )


@pytest.mark.parametrize("port", [70_000, -1, 0])
def test_a_port_that_is_none_is_said_in_a_line(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert running.serve(port) == 1
    assert capfd.readouterr().err.count("\n") == 1


def test_a_port_whose_last_connections_have_not_faded_can_be_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()  # who closes first keeps the address for a minute
            assert client.recv(1) == b""
    assert unusable(port) is None


@pytest.mark.parametrize("status", [200, 503])
def test_only_who_says_so_is_ready(status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as asked:
                asked.recv(1024)
                asked.sendall(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status)

        answering = threading.Thread(target=answer)
        answering.start()
        assert ready(server.getsockname()[1]) == (status == 200)
        answering.join()


def test_a_database_that_is_not_there_is_said_without_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://shop:hidden@127.0.0.1:1/shop")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(SystemExit, match="onnection refused") as ended:
        running.serve(ports.free_port())
    assert "hidden" not in str(ended.value)


def test_a_database_that_is_not_ours_is_said_in_a_line(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE account ()")
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert running.serve(ports.free_port()) == 1
    assert capfd.readouterr().err == 'DATABASE_URL: relation "account" already exists\n'


def test_a_server_that_cannot_be_started_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise binaries.NoServer("No PostgreSQL runs here.")

    monkeypatch.setattr(binaries, "find_postgres", missing)
    assert runner.main([]) == 1
    assert capfd.readouterr().err == "No PostgreSQL runs here.\n"


@pytest.mark.parametrize(("program", "status"), [("false", 1), ("true", 1)])
def test_a_child_that_ends_by_itself_ends_the_whole(
    program: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Processes(patience_s=5) as processes:
        monkeypatch.setattr(sys, "executable", program)
        assert running.supervise(processes, ports.free_port()) == status
    assert " has ended with status " in capfd.readouterr().err
