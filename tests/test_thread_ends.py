"""A thread that ends runs no Python code in the main thread."""

import threading
import time
import weakref
from collections.abc import Iterator
from types import FrameType

import pytest
from greenlet import getcurrent

from tests.thread_ends import keep_main_greenlets

DEAD: list[str] = []


@pytest.fixture(autouse=True)
def traced() -> Iterator[None]:
    """Threads are traced by a function that leaves them alone at once."""

    def leave(frame: FrameType, event: str, argument: object) -> None:
        return None

    before = threading.gettrace()
    threading.settrace(leave)
    DEAD.clear()
    yield
    threading.settrace(before)


def end_of_a_thread() -> list[str]:
    """What ran in the main thread because a thread ended whose greenlet is referred to weakly."""
    watches = []

    def work() -> None:
        watches.append(weakref.ref(getcurrent(), lambda _: DEAD.append("called back")))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    deadline = time.monotonic() + 0.5  # the thread has told its end before it drops its greenlet
    while not DEAD and time.monotonic() < deadline:
        time.sleep(0.001)
    return DEAD


def test_the_end_of_a_traced_thread_runs_no_python_code() -> None:
    keep_main_greenlets()
    assert end_of_a_thread() == []


def test_without_that_it_would() -> None:
    assert end_of_a_thread() == ["called back"]


def test_what_traces_a_thread_still_does() -> None:
    seen = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        seen.append(event)

    threading.settrace(note)
    keep_main_greenlets()
    keep_main_greenlets()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    assert seen.count("call") == len(seen) > 0
