"""Loads libraries, then forks for whoever asks.

`python -u -m tests.preloaded.server LISTENER LIBRARY…`: unbuffered, because a fork has the streams
of its parent, and what is printed must not wait in a buffer.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
from typing import Any

from lab import counting


def serve(place: str) -> socket.socket:
    """Returns in a fork only, with the connection of whoever asked for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(16)
        print("ready")
        while True:
            asking, _ = listener.accept()
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return asking
            asking.close()


def watch(process: int, asking: socket.socket) -> None:
    """Tell how the process ended; kill it and all of its group when nobody asks any more."""

    def kill() -> None:
        if not asking.recv(1):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with contextlib.suppress(OSError):
        asking.sendall(f"{status}\n".encode())


def become(asked: dict[str, Any], streams: list[int]) -> None:
    """Be the process that was asked for, but for the libraries."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked["directory"])
    os.environ.clear()
    os.environ.update(asked["environment"])


def main(place: str, *libraries: str) -> None:
    """Count in a fork, which returns."""
    for library in libraries:
        importlib.import_module(library)
    # What is loaded is never garbage: to look for some in it, as each fork does at its end, takes
    # longer than most listings.
    gc.freeze()
    assert threading.active_count() == 1, "a fork has no other thread"
    asking = serve(place)
    _, streams, _, _ = socket.recv_fds(asking, 1, 3)
    with asking.makefile("r", encoding="utf-8") as stream:
        asked = json.loads(stream.readline())
    if process := os.fork():
        watch(process, asking)
        os._exit(0)
    asking.close()
    become(asked, streams)
    sys.path[0] = asked["directory"]
    counting.main(asked["arguments"])


if __name__ == "__main__":
    main(*sys.argv[1:])
