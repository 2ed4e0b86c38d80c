"""A key names the function and its arguments, or refuses them.

Running it makes keys for calls that should share one and for calls
that should not.
"""

import json
import sys
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from snippets.caching.calls import demonstrate

# --8<-- [start:key]
VERSION = 1  # raise it when a cached value changes its meaning


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
    arguments = json.dumps(bound.arguments)
    return f"cache:v{VERSION}:{place(function)}:{arguments}"


# --8<-- [end:key]


# --8<-- [start:place]
def place(function: Any) -> str:
    """Where it is defined, if that leads to it and no other."""
    module = function.__module__
    name = getattr(function, "__qualname__", "an object")
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    inside = ""  # of how many decorators, which may change it
    while found is not None and found is not function:
        found = getattr(found, "__wrapped__", None)
        inside += "^"
    if found is None or module == "__main__":  # [!]
        raise TypeError(f"{name} can be more than one function")
    return f"{module}:{name}{inside}"


# --8<-- [end:place]


if __name__ == "__main__":
    demonstrate(key)
