"""A pytest plugin: a traced thread ends without running Python code in the main thread.

Coverage asks for the current greenlet in each thread that it traces, and with that greenlet makes a
main greenlet for the thread. When the thread ends, greenlet drops it in a pending call of the main
thread, and coverage's weak reference to it calls Python code from there. If another thread ends
meanwhile, CPython 3.11 never leaves: at the start of a traced function it handles pending calls
until there are none (`CHECK_EVAL_BREAKER` in `DO_TRACING`, Python/ceval.c), and it handles none
within another. The process spins, no signal and no alarm gets through, and the run is lost.

So these greenlets are kept: nothing refers weakly to what has died.
"""

import threading
from types import FrameType
from typing import Any

import pytest
from greenlet import getcurrent, greenlet

_kept: list[greenlet] = []


class _KeepingTrace:
    """The first event of a thread: keep its main greenlet, then do what was to be done."""

    def __init__(self, installed: Any) -> None:
        self._installed = installed

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        # Twice: who has the only other reference greenlet would look for among all objects.
        _kept.extend([getcurrent()] * 2)
        return self._installed(frame, event, argument)


def keep_main_greenlets() -> None:
    """Keep the main greenlets of all threads that begin from now on, if threads are traced."""
    installed = threading.gettrace()
    if installed is not None and not isinstance(installed, _KeepingTrace):
        threading.settrace(_KeepingTrace(installed))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol() -> None:
    """Before each test, as coverage may have begun, or begun again, since the last one."""
    keep_main_greenlets()
