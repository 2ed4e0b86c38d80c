"""What the two scopes of one dependency are to each other, and to threads."""

import contextlib
import contextvars
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import pytest
from fastapi import Depends, FastAPI
from fastapi.exceptions import DependencyScopeError

from snippets.dependencies.asked import ask
from snippets.dependencies.served import served


class Opened:
    """Something of which every use should be one."""


async def open_one() -> AsyncIterator[Opened]:
    yield Opened()


async def test_both_scopes_of_one_dependency_are_two_of_it() -> None:
    app = FastAPI()

    @app.get("/same")
    async def same(
        one: Annotated[Opened, Depends(open_one)], other: Annotated[Opened, Depends(open_one)]
    ) -> bool:
        return one is other

    @app.get("/mixed")
    async def mixed(
        one: Annotated[Opened, Depends(open_one)],
        other: Annotated[Opened, Depends(open_one, scope="function")],
    ) -> bool:
        return one is other

    assert await ask(app, "/same") == "200 true"
    assert await ask(app, "/mixed") == "200 false"


async def test_what_returns_has_no_scope_and_shares_what_the_endpoint_uses() -> None:
    app = FastAPI()
    Use = Annotated[Opened, Depends(open_one, scope="function")]  # noqa: N806

    async def user(one: Use) -> Opened:
        return one

    @app.get("/")
    async def read(one: Use, other: Annotated[Opened, Depends(user)]) -> bool:
        return one is other

    assert await ask(app, "/") == "200 true"


def test_what_ends_later_cannot_use_what_ends_earlier() -> None:
    app = FastAPI()

    async def user(
        one: Annotated[Opened, Depends(open_one, scope="function")],
    ) -> AsyncIterator[Opened]:
        yield one

    with pytest.raises(DependencyScopeError, match='has a scope of "request"'):

        @app.get("/")
        async def read(one: Annotated[Opened, Depends(user)]) -> None: ...


async def test_what_a_sync_dependency_sets_does_not_reach_the_endpoint() -> None:
    name = contextvars.ContextVar("name", default="nobody")
    app = FastAPI()

    def in_a_thread() -> None:
        name.set("thread")

    async def on_the_loop() -> None:
        name.set("loop")

    @app.get("/thread", dependencies=[Depends(in_a_thread)])
    async def thread() -> str:
        return name.get()

    @app.get("/loop", dependencies=[Depends(on_the_loop)])
    async def loop() -> str:
        return name.get()

    assert await ask(app, "/thread") == '200 "nobody"'
    assert await ask(app, "/loop") == '200 "loop"'


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("request", "Response not awaited"),
        ("function", "cannot access local variable 'response'"),
    ],
)
async def test_a_dependency_that_swallows_an_exception(
    scope: Literal["request", "function"], says: str
) -> None:
    async def swallow() -> AsyncIterator[None]:
        with contextlib.suppress(ValueError):
            yield

    app = FastAPI()

    @app.get("/", dependencies=[Depends(swallow, scope=scope)])
    async def read() -> None:
        raise ValueError

    with pytest.raises(Exception, match=says):
        await ask(app, "/")
    async with served(app) as client:
        assert (await client.get("/")).status_code == 500
