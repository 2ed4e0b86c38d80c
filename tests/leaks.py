"""What a program leaves open, and what is found when somebody looks."""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def collected_on_demand() -> Iterator[None]:
    """Garbage is looked for when the block says so, and not otherwise.

    Not in what is there before, which grows with each test: late in a run to look at all of it
    takes longer than a test.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def left_open(program: Callable[[], Coroutine[Any, Any, None]]) -> list[str]:
    """Run it in a loop of its own; return what the garbage collector says was never closed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # what tests before this one have left
        gc.freeze()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(program())
        gc.collect()
    return [str(warning.message) for warning in warned]
