"""One server a process, started at first use and stopped when the process ends."""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

Server = TypeVar("Server")


class Shared(Generic[Server]):
    """The server of this process; a forked child may use it, and leaves it running."""

    def __init__(self, start: Callable[[], AbstractContextManager[Server]]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._stack = ExitStack()
        self._owner = 0

    def get(self) -> Server:
        """The running server, after starting it if it is the first time.

        Raises:
            NoServer: it cannot be started.
        """
        with self._lock:
            if self._server is None:
                self._server = self._stack.enter_context(self._start())
                self._owner = os.getpid()
                atexit.register(self.stop)
            return self._server

    def stop(self) -> None:
        """Stop it, if this process started it."""
        with self._lock:
            if self._owner == os.getpid():
                atexit.unregister(self.stop)
                self._stack.close()
                self._server, self._owner = None, 0
