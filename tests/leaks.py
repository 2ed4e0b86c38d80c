"""What a program leaves open."""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine
from typing import Any


def left_open(program: Callable[[], Coroutine[Any, Any, None]]) -> list[str]:
    """Run it in a loop of its own; return what the garbage collector says was never closed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # what tests before this one have left
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(program())
        gc.collect()
    return [str(warning.message) for warning in warned]
