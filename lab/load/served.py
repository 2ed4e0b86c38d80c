"""An application under uvicorn in a process of its own."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.repository import ROOT

READY_S = 30.0
STOP_S = 15.0


class DoesNotServeError(RuntimeError):
    """The application did not start; the message ends with the last line that it printed."""


@dataclass(frozen=True)
class Served:
    """An application that answers.

    Attributes:
        url: such as "http://127.0.0.1:20123".
        pid: of its process.
        log: the file with what it printed.
    """

    url: str
    pid: int
    log: Path

    def processor_s(self) -> float:
        """Processor time of its process until now, in seconds, user and system."""
        import psutil

        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def memory_bytes(self) -> int:
        """Memory that its process holds now."""
        import psutil

        return int(psutil.Process(self.pid).memory_info().rss)


@contextmanager
def serve(
    target: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    root: Path = ROOT,
    **options: Any,
) -> Iterator[Served]:
    """Run an ASGI application until the end of the block; then it is stopped in good order.

    The process ends with this one, however this one ends.

    Args:
        target: "module:attribute" of the application, or of a function that makes it.
        arguments: what such a function is given, as JSON values; without them the attribute is
            the application.
        environment: variables for the process, added to those of this one.
        root: the directory from which modules are imported.
        options: of `uvicorn.Config`, such as `timeout_keep_alive=5`.

    Raises:
        DoesNotServeError: it did not start within half a minute.
    """
    read, write = os.pipe()
    order = {"target": target, "arguments": arguments, "options": options, "ready": write}
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="under-load-")))
        log = directory / "log"
        try:
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, "-m", "lab.load", "host"],
                    cwd=root,
                    env={**os.environ, **_importable(root), **(environment or {})},
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    pass_fds=[write],
                    start_new_session=True,  # Ctrl-C is for its parent, which stops it
                )
        finally:
            os.close(write)
        stack.callback(_stop, process)
        with os.fdopen(read, "rb", buffering=0) as ready:
            assert process.stdin
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            port = _first_line(ready)
        if not port:
            lines = log.read_text(errors="replace").strip().splitlines()
            raise DoesNotServeError(f"{target} does not start: {lines[-1] if lines else 'silent'}")
        yield Served(f"http://127.0.0.1:{int(port)}", process.pid, log)


def _importable(root: Path) -> dict[str, str]:
    """Both the root and this project can be imported from."""
    path = [str(root), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(path))}


def _first_line(ready: Any) -> bytes:
    """What the process writes when it is ready; nothing when it ended or takes too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(ready, selectors.EVENT_READ)
        return bytes(ready.readline()) if selector.select(READY_S) else b""


def _stop(process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STOP_S
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(deadline - time.monotonic())
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdin
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
