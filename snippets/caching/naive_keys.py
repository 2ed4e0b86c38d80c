"""A key of the function's name and a hash is neither stable nor unique.

Running it makes keys for calls that should share one and for calls
that should not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from snippets.caching.calls import demonstrate


# --8<-- [start:key]
def key(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> str:
    arguments = hash((args, tuple(kwargs.items())))
    return f"{function.__name__}:{arguments}"


# --8<-- [end:key]


if __name__ == "__main__":
    demonstrate(key)
