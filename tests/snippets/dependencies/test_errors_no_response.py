"""`No response returned.`: who returned without one, and what answers instead."""

import asyncio
import logging
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import anyio
import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from snippets.dependencies import errors_no_response as limits
from snippets.dependencies import errors_no_response_shared as shared
from snippets.dependencies.asked import ask
from snippets.dependencies.served import served


async def asked(app: FastAPI) -> str:
    return await ask(app, "/report")


TEXT = r"^No response returned\.$"


async def test_a_limit_that_gives_up_silently_leaves_its_middleware_without_an_answer() -> None:
    with pytest.raises(RuntimeError, match=TEXT):
        await asked(limits.create_app(limits.Limit))


async def test_one_that_answers_does_not() -> None:
    assert await asked(limits.create_app(limits.LimitAndAnswer)) == "504"


async def test_above_it_stands_what_the_middleware_waited_for() -> None:
    with pytest.raises(RuntimeError, match=TEXT) as raised:
        await asked(limits.create_app(limits.Limit))
    said = "".join(traceback.format_exception(raised.value))
    assert "anyio.EndOfStream" in said


async def test_an_answer_that_has_begun_is_not_cut_off() -> None:
    app = FastAPI()
    app.add_middleware(limits.LimitAndAnswer)

    @app.get("/report")
    async def read() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first, "
            await asyncio.sleep(3 * limits.LIMIT_S)
            yield b"last"

        return StreamingResponse(parts())

    assert await asked(app) == "200 first, last"


async def test_one_in_time_is_left_alone() -> None:
    app = FastAPI()
    app.add_middleware(limits.LimitAndAnswer)

    @app.get("/report")
    async def read() -> str:
        return "report"

    assert await asked(app) == '200 "report"'


async def test_an_endpoint_in_a_thread_is_answered_once_and_after_its_end() -> None:
    app, ended = FastAPI(), threading.Event()
    app.add_middleware(limits.LimitAndAnswer)

    @app.get("/report")
    def read() -> str:
        time.sleep(2 * limits.LIMIT_S)
        ended.set()
        return "report"

    async with served(app) as client:
        answer = await client.get("/report")
        assert ended.is_set()
    assert (answer.status_code, answer.text) == (504, "Too late")


async def swallow() -> str:
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(10)
    return "report"


async def finish() -> str:
    with anyio.CancelScope(shield=True):
        await asyncio.sleep(2 * limits.LIMIT_S)
    return "report"


@pytest.mark.parametrize("work", [swallow, finish])
@pytest.mark.parametrize("named", [True, False])
async def test_what_answers_after_the_limit_is_answered_for(
    work: Callable[[], Awaitable[str]], named: bool
) -> None:
    """Its answer would stop at the next wait, which is that of the middleware around it."""
    app = FastAPI()
    app.add_middleware(limits.LimitAndAnswer)
    if named:
        app.middleware("http")(limits.unchanged)
    app.get("/report")(work)
    async with served(app) as client:
        answer = await client.get("/report")
    assert (answer.status_code, answer.text) == (504, "Too late")


async def test_the_limit_is_of_requests_and_not_of_the_lifespan() -> None:
    seen: list[str] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(2 * limits.LIMIT_S)
        seen.append(scope["type"])

    async def unused(*of: object) -> Message:
        raise AssertionError

    await limits.LimitAndAnswer(slow)({"type": "lifespan"}, unused, unused)  # type: ignore[arg-type]
    assert seen == ["lifespan"]


async def test_a_task_that_somebody_canceled_ends_the_request_without_an_answer() -> None:
    with pytest.raises(RuntimeError, match=TEXT):
        await asked(shared.create_app(shared.read))


async def test_to_wait_for_it_tells_that_it_was_canceled() -> None:
    assert await asked(shared.create_app(shared.read_or_refuse)) == "503"


async def test_and_returns_what_it_returned_or_raised() -> None:
    async def fail() -> str:
        raise LookupError("no report")

    assert await shared.read_or_refuse(asyncio.create_task(asyncio.sleep(0, "report"))) == "report"
    with pytest.raises(LookupError, match=r"^no report$"):
        await shared.read_or_refuse(asyncio.create_task(fail()))


async def test_who_is_canceled_while_waiting_leaves_the_task_to_the_others() -> None:
    rendering = asyncio.create_task(shared.render())
    reading = asyncio.create_task(shared.read_or_refuse(rendering))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()
    assert not rendering.done()
    rendering.cancel()
    await asyncio.wait([rendering])


class Silent:
    """An application around another, which ends what that raises."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        with suppress(LookupError):
            await self.app(scope, receive, send)


class Absent(Silent):
    """One that does not answer at all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        pass


def created(*middleware: type[Silent], named: bool = True) -> FastAPI:
    app = FastAPI()
    for one in middleware:
        app.add_middleware(one)
    if named:

        @app.middleware("http")
        async def name_server(request: Request, call_next: RequestResponseEndpoint) -> Response:
            return await call_next(request)

    @app.get("/report")
    async def read() -> str:
        raise LookupError("no report")

    return app


@pytest.mark.parametrize("inner", [Silent, Absent])
async def test_so_does_who_swallows_the_error_or_does_not_answer(inner: type[Silent]) -> None:
    with pytest.raises(RuntimeError, match=TEXT):
        await asked(created(inner))


async def test_the_error_itself_passes_through_and_stands_alone() -> None:
    with pytest.raises(LookupError, match=r"^no report$") as raised:
        await asked(created())
    said = "".join(traceback.format_exception(raised.value))
    assert "EndOfStream" not in said
    assert "WouldBlock" not in said


async def test_a_dispatch_that_returns_nothing_says_another_text() -> None:
    app = created(named=False)

    @app.middleware("http")
    async def name_server(request: Request, call_next: RequestResponseEndpoint) -> None:
        pass

    with pytest.raises(TypeError, match=r"^'NoneType' object is not callable$"):
        await asked(app)


async def test_without_that_middleware_the_server_says_it_and_the_client_has_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = "ASGI callable returned without starting response."
    logger = logging.getLogger("uvicorn.error")
    async with served(created(Absent, named=False)) as client:
        logger.addHandler(caplog.handler)
        logger.setLevel(logging.ERROR)
        assert (await client.get("/report")).status_code == 500
        logger.removeHandler(caplog.handler)
    assert said in [record.getMessage() for record in caplog.records]


async def ends_with_an_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await until_it_left(scope, receive, send)
    await Response("nobody reads this")(scope, receive, send)


async def until_it_left(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@pytest.mark.parametrize(
    ("answers", "raised"),
    [(ends_with_an_answer, []), (until_it_left, ["RuntimeError('No response returned.')"])],
)
async def test_a_client_that_leaves_is_a_case_only_for_who_then_ends_without_an_answer(
    answers: ASGIApp, raised: list[str]
) -> None:
    """As in starlette's issue 2516: middleware in middleware, and a client that disconnects."""
    app = FastAPI()
    entered, finished = asyncio.Event(), asyncio.Event()
    failed: list[str] = []

    class Watched(Silent):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await self.app(scope, receive, send)
            except BaseException as error:
                failed.append(repr(error))
                raise
            finally:
                if scope["type"] == "http":
                    finished.set()

    async def passed(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    async def report(scope: Scope, receive: Receive, send: Send) -> None:
        entered.set()
        await answers(scope, receive, send)

    app.mount("/report", report)
    for _ in range(5):
        app.middleware("http")(passed)
    app.add_middleware(Watched)
    async with served(app) as client:
        asking = asyncio.create_task(client.get("/report/"))
        await entered.wait()
        asking.cancel()
        await asyncio.wait([asking])
        await finished.wait()
    assert failed == raised


async def test_an_error_of_the_client_is_not_taken_for_one() -> None:
    transport = httpx.ASGITransport(created())
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        assert (await client.get("/elsewhere")).status_code == 404
