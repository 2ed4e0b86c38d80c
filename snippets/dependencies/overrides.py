"""An override that reaches every part, takes nothing, and ends.

Running it asks the same application in the same ways.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from starlette.routing import Router

from snippets.dependencies.account import create_app, current_user
from snippets.dependencies.asked import ask


# --8<-- [start:overridden]
def parts(inside: object) -> Iterator[FastAPI]:
    if isinstance(inside, FastAPI):
        yield inside
    if isinstance(inside, FastAPI | Router):
        below = list[object](inside.routes)
    else:  # of a mount, of a middleware, of what is included
        names = ("app", "original_router")
        below = [getattr(inside, name, None) for name in names]
    for one in filter(None, below):
        yield from parts(one)


@contextmanager
def overridden(
    app: FastAPI, dependency: Callable[..., object], value: object
) -> Iterator[None]:
    found = list(parts(app))
    before = [dict(part.dependency_overrides) for part in found]
    for part in found:
        part.dependency_overrides[dependency] = lambda: value
    try:
        yield
    finally:
        for part, overrides in zip(found, before, strict=True):
            part.dependency_overrides = overrides


# --8<-- [end:overridden]


async def try_overrides() -> None:
    app = create_app()
    with overridden(app, current_user, "test"):
        print("mounted:", await ask(app, "/admin/me"))
        print("a parameter:", await ask(app, "/me?user=root"))
    print("the next test:", await ask(app, "/me"))


def main() -> None:
    asyncio.run(try_overrides())


if __name__ == "__main__":
    main()
