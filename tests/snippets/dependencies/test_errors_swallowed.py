"""What becomes of an exception that a dependency ends."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import FastAPIError
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Message

from snippets.dependencies import errors_swallowed as swallowed
from snippets.dependencies.errors_swallowed import ask, create_app

NOT_AWAITED = (
    "FastAPIError: Response not awaited. There's a high chance that the application code is raising"
    " an exception and a dependency with yield has a block with a bare except, or a block with"
    " except Exception, and is not raising the exception again."
)
UNBOUND = (
    r"^UnboundLocalError: (cannot access local variable 'response' where it is not associated with"
    r" a value|local variable 'response' referenced before assignment)$"
)
NOT_FOUND = '404 {"detail":"There is no such order"}'


async def excepting() -> AsyncIterator[None]:
    """The commonest."""
    try:  # noqa: SIM105
        yield
    except Exception:
        pass


async def excepting_what_is_meant_for_the_client() -> AsyncIterator[None]:
    """A refusal is an exception, too."""
    try:  # noqa: SIM105
        yield
    except HTTPException:
        pass


async def returning() -> AsyncIterator[None]:
    """Nobody sees this one."""
    try:
        yield
    finally:
        return  # noqa: B012


async def suppressing() -> AsyncIterator[None]:
    """By a context manager of Python."""
    with contextlib.suppress(Exception):
        yield


class Unit:
    """By a context manager of one's own."""

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *error: object) -> bool:
        """True: it is handled."""
        return True


async def entering() -> AsyncIterator[None]:
    """A unit of work."""
    async with Unit() as unit:
        yield unit


def in_a_thread() -> Iterator[None]:
    """Without async."""
    try:  # noqa: SIM105
        yield
    except Exception:
        pass


def answering() -> Generator[None, None, Any]:
    """A response that nobody takes."""
    try:
        yield
    except Exception:
        return JSONResponse({}, status_code=400)
    return None


Swallowing = pytest.mark.parametrize(
    "dependency",
    [
        swallowed.get_session,
        excepting,
        excepting_what_is_meant_for_the_client,
        returning,
        suppressing,
        entering,
        in_a_thread,
        answering,
    ],
)


@Swallowing
async def test_nothing_is_left_to_answer(dependency: Callable[..., Any]) -> None:
    app = create_app(dependency)
    assert (await ask(app, "/request")).startswith(NOT_AWAITED)
    assert re.match(UNBOUND, await ask(app, "/function"))


@pytest.mark.parametrize("path", ["/request", "/function"])
async def test_what_is_raised_again_is_answered(path: str) -> None:
    assert await ask(create_app(swallowed.get_session_and_raise), path) == NOT_FOUND


@pytest.mark.parametrize("error", [HTTPException(404), asyncio.CancelledError()])
async def test_before_that_it_is_rolled_back(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    async def rollback(_: AsyncSession) -> None:
        done.append("rollback")

    monkeypatch.setattr(AsyncSession, "rollback", rollback)
    with pytest.raises(type(error)):
        async with contextlib.asynccontextmanager(swallowed.get_session_and_raise)():
            raise error
    assert done == ["rollback"]


async def refuse() -> None:
    """Who does not let anybody in."""
    raise HTTPException(401)


@pytest.mark.parametrize("last", [True, False])
async def test_what_a_dependency_after_it_refuses_is_lost_too(last: bool) -> None:
    app = FastAPI()
    order = [Depends(excepting), Depends(refuse)]

    @app.get("/", dependencies=order if last else order[::-1])
    async def endpoint() -> None: ...

    assert (await ask(app, "/")).startswith(NOT_AWAITED if last else "401 ")


async def refusing() -> AsyncIterator[None]:
    """Another exception in its place."""
    try:
        yield
    except LookupError as error:
        raise HTTPException(404, "There is no such order") from error


async def twice() -> AsyncIterator[None]:
    """A generator has one yield."""
    try:
        yield
    except Exception:
        yield


def raising(dependency: Any, error: Exception) -> FastAPI:
    """An application whose endpoint raises it."""
    app = FastAPI()

    @app.get("/")
    async def endpoint(taken: Annotated[None, Depends(dependency)], count: int = 0) -> None:
        raise error

    return app


async def test_another_exception_in_its_place_is_answered() -> None:
    assert await ask(raising(refusing, LookupError()), "/") == NOT_FOUND


async def test_a_second_yield_is_another_error() -> None:
    with pytest.raises(RuntimeError, match="generator didn't stop after athrow"):
        await ask(raising(twice, LookupError()), "/")


async def test_what_the_validation_refused_is_lost_too() -> None:
    app = raising(excepting, LookupError())
    assert (await ask(app, "/?count=x")).startswith(NOT_AWAITED)


async def test_a_handler_does_not_see_it() -> None:
    app = raising(excepting, LookupError())
    seen: list[Exception] = []

    async def handle(_: Request, error: Exception) -> JSONResponse:
        seen.append(error)
        return JSONResponse({}, status_code=500)

    app.add_exception_handler(LookupError, handle)
    app.add_exception_handler(Exception, handle)
    assert (await ask(app, "/")).startswith(NOT_AWAITED)
    assert [type(error) for error in seen] == [FastAPIError]
    assert seen[0].__context__ is seen[0].__cause__ is None


def fails() -> None:
    """What somebody wants done."""
    raise LookupError


@pytest.mark.parametrize("kind", ["task", "stream"])
@pytest.mark.parametrize("scope", ["request", "function"])
async def test_after_the_answer_it_is_in_the_log_only(
    kind: str, scope: Literal["request", "function"]
) -> None:
    app = FastAPI()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"1"
        fails()

    @app.get("/")
    async def endpoint(
        tasks: BackgroundTasks, taken: Annotated[None, Depends(excepting, scope=scope)]
    ) -> Any:
        if kind == "stream":
            return StreamingResponse(pieces())
        tasks.add_task(fails)
        return None

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    called: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}
    called |= {"query_string": b"", "app": app, "asgi": {"spec_version": "2.4"}}
    with pytest.raises(FastAPIError if scope == "request" else LookupError):
        await app(called, receive, send)
    assert sent[0]["status"] == httpx.codes.OK


def test_a_name_that_is_bound_in_a_try_is_the_same_in_ones_own_code() -> None:
    def fetch() -> str:
        with contextlib.suppress(ZeroDivisionError):
            response = str(1 / 0)
        return response

    with pytest.raises(UnboundLocalError, match="'response'"):
        fetch()


@pytest.mark.parametrize("error", [Exception("no"), HTTPException(400, "invalid request")])
async def test_reported_of_a_session_that_prints_that_it_rolls_back(error: Exception) -> None:
    """fastapi/fastapi, issue 869: what it did in 2020 is an error now."""
    done: list[str] = []

    def new_db_session() -> Iterator[None]:
        try:
            yield
        except Exception:
            done.append("rollback")
        else:
            done.append("commit")
        finally:
            done.append("close")

    assert (await ask(raising(new_db_session, error), "/")).startswith(NOT_AWAITED)
    assert done == ["rollback", "close"]
