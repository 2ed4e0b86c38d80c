"""The id of a figure: it says what is shown, and is the only one of its name on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TAKEN: ContextVar[set[str] | None] = ContextVar("taken", default=None)


@contextmanager
def on_page(taken: set[str]) -> Iterator[None]:
    """Figures made inside stand on one page with those that took these ids, and add their own."""
    token = _TAKEN.set(taken)
    try:
        yield
    finally:
        _TAKEN.reset(token)


def identifier(*words: str) -> str:
    """An id of these words; the second figure of the same on a page gets one that ends in 2."""
    plain = "-".join(words)
    taken = _TAKEN.get()
    if taken is None:
        return plain
    free, number = plain, 1
    while free in taken:
        number += 1
        free = f"{plain}-{number}"
    taken.add(free)
    return free
