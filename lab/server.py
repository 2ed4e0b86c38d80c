"""What PostgreSQL and Redis servers of our own have in common: a supervised process and a port."""

import contextlib
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from lab import ports, storage
from lab.binaries import NoServer
from lab.supervision import Supervision

if TYPE_CHECKING:
    import psutil

READY_S = 60.0
STOP_S = 60.0
ATTEMPTS = 10
POLL_S = 0.005


class Server(ABC):
    """A server on 127.0.0.1 that ends with this process, and fails on request.

    A context manager: it runs inside, and leaves no process and no file behind. `start`, `stop`,
    `kill` and `restart` return when the server is ready or gone; they do nothing when it already is
    as they would leave it.

    Attributes:
        port: the TCP port, the same after each start.
        version: such as "18.1".
        directory: where it keeps its data.
    """

    name: ClassVar[str]
    address_in_use: ClassVar[str]  # what its log says when another process has the port
    stop_signal: ClassVar[signal.Signals]
    end_signal: ClassVar[signal.Signals]  # ends it at once, with nothing left in the kernel

    port: int
    version: str
    directory: Path
    _log: Path
    _pid: int

    def __init__(self) -> None:
        self._supervision: Supervision | None = None
        self._running = False

    def __enter__(self) -> Self:
        self._supervision = Supervision()
        try:
            self._prepare()
            self._start_on_a_free_port()
        except OSError as error:
            self._close()
            raise NoServer(f"{self.name} does not start: {error}") from None
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def start(self) -> None:
        """Start it again after `stop` or `kill`: same port, and the data that it had saved.

        Raises:
            NoServer: it does not start.
        """
        if not self._running and not self._try_to_start():
            raise NoServer(f"{self.name} does not start again: {self._last_lines()}")

    def stop(self) -> None:
        """Stop it in good order.

        Raises:
            TimeoutError: it is still running after a minute.
        """
        if not self._running:
            return
        os.kill(self._pid, self.stop_signal)
        os.kill(self._pid, signal.SIGCONT)  # a paused process cannot handle a signal
        if self._ask("wait", STOP_S) is None:
            raise TimeoutError(f"{self.name} did not stop within {STOP_S:.0f} s")
        self._running = False

    def kill(self) -> None:
        """SIGKILL all its processes, as when the machine crashes."""
        if not self._running:
            return
        import psutil

        main = psutil.Process(self._pid)
        main.suspend()  # so that it starts none that the list lacks
        others = main.children(recursive=True)
        self._ask("kill", [process.pid for process in others])
        while any(holds_resources(process) for process in others):
            time.sleep(POLL_S)
        self._running = False

    def restart(self) -> None:
        """Stop it if it runs, and start it."""
        self.stop()
        self.start()

    @abstractmethod
    def _prepare(self) -> None:
        """Make the directory and what the first start needs."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """The command that runs the server in the foreground on `port`."""

    @abstractmethod
    def _ready(self) -> bool:
        """Whether our process, not just anything on the port, answers."""

    def _after_kill(self) -> Sequence[str | Path]:
        """A command that removes what a SIGKILL leaves in the kernel."""
        return []

    def _ask(self, command: str, *arguments: object) -> Any:
        if not self._supervision:
            raise RuntimeError(f"this {self.name} server has been closed")
        return self._supervision.ask(command, *arguments)

    def _new_directory(self, parent: Path) -> Path:
        return Path(self._ask("directory", str(parent)))

    def _run(self, command: Sequence[str | Path]) -> None:
        """Run a program to its end.

        Raises:
            OSError: it fails.
        """
        code, output = self._ask("run", _strings(command), _environment())
        if code:
            raise OSError(f"{Path(command[0]).name} fails: {_one_line(output)}")

    def _start_on_a_free_port(self) -> None:
        for _ in range(ATTEMPTS):
            self.port = ports.free_port()
            if self._try_to_start():
                return
            if self.address_in_use not in self._log.read_text(errors="replace"):
                break
            self._log.unlink()
        raise OSError(self._last_lines())

    def _try_to_start(self) -> bool:
        """Start the process and wait until it is ready; False when it exits before."""
        self._pid = self._ask(
            "start",
            _strings(self._command()),
            _environment(),
            str(self._log),
            self.end_signal,
            _strings(self._after_kill()),
        )
        deadline = time.monotonic() + READY_S
        while not self._ready():
            if self._ask("wait", 0) is not None:
                return False
            if time.monotonic() > deadline:
                raise OSError(f"it is not ready after {READY_S:.0f} s: {self._last_lines()}")
            time.sleep(POLL_S)
        self._running = True
        return True

    def _last_lines(self) -> str:
        with contextlib.suppress(OSError):
            return _one_line(self._log.read_text(errors="replace"))
        return "it wrote no log"

    def _close(self) -> None:
        if self._supervision:
            self._supervision.close()
            self._supervision = None
            self._running = False


def _environment() -> dict[str, str]:
    """This process's, with messages in English, because we look for one in the log.

    Without the mark of a run: a server ends in good order, by its own supervisor.
    """
    kept = {name: value for name, value in os.environ.items() if name != storage.RUN}
    return kept | {"LC_ALL": "C"}


def holds_resources(process: "psutil.Process") -> bool:
    """Whether it still has memory and files; a zombie only waits for its new parent to look."""
    import psutil

    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _strings(command: Sequence[str | Path]) -> list[str]:
    return [str(word) for word in command]


def _one_line(output: str) -> str:
    """The end of a program's output."""
    return " / ".join(line.strip() for line in output.splitlines()[-3:])
