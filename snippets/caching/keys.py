"""A key names the function and its arguments, or refuses them.

Running it makes keys for calls that should share one and for calls
that should not.
"""

import json
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from snippets.caching.calls import demonstrate

# --8<-- [start:key]
VERSION = 1  # raise it when the shape of a cached value changes


def key(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> str:
    bound = signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    for name, value in bound.arguments.items():
        if not isinstance(value, str | int | None):  # [!]
            kind = type(value).__name__
            raise TypeError(f"{name}: {kind} is no part of a key")
    place = f"{function.__module__}.{function.__qualname__}"
    arguments = json.dumps(bound.arguments)
    return f"cache:v{VERSION}:{place}:{arguments}"


# --8<-- [end:key]


if __name__ == "__main__":
    demonstrate(key)
