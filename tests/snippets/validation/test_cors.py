"""What a browser is told by an application with CORS, and what it is not told when that fails."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp

from snippets.validation import errors_cors as cors
from snippets.validation.errors_cors import ORIGIN, allowed, ask

FAILED, REFUSED = httpx.codes.INTERNAL_SERVER_ERROR, httpx.codes.UNAUTHORIZED


async def test_the_answer_to_an_exception_has_no_header() -> None:
    assert allowed(await ask(cors.inside(), "/orders")) == ORIGIN
    failed = await ask(cors.inside(), "/failing")
    assert (failed.status_code, allowed(failed)) == (FAILED, None)


async def test_it_has_one_with_the_middleware_around_the_application() -> None:
    failed = await ask(cors.around(), "/failing")
    assert (failed.status_code, allowed(failed)) == (FAILED, ORIGIN)
    assert allowed(await ask(cors.around(), "/orders")) == ORIGIN


@pytest.mark.parametrize(
    "other",
    [
        f"{ORIGIN}/",
        f"{ORIGIN}/app",
        f"{ORIGIN}:8443",
        ORIGIN.replace("https", "http"),
        ORIGIN.upper(),
    ],
)
async def test_an_origin_is_compared_letter_by_letter(other: str) -> None:
    app = CORSMiddleware(cors.create_app(), allow_origins=[other])
    assert allowed(await ask(app, "/orders")) is None
    assert allowed(await ask(app, "/orders", other)) == other


async def test_a_slash_at_the_end_makes_another_origin() -> None:
    assert allowed(await ask(cors.with_slash(), "/orders")) is None


def with_middleware(app: FastAPI, *, origins: str = ORIGIN, cookies: bool = False) -> FastAPI:
    app.add_middleware(CORSMiddleware, allow_origins=[origins], allow_credentials=cookies)
    return app


class AwayError(Exception):
    """What a service raises by itself."""


async def raises(error: Exception, handled: type[Exception] | int | None = None) -> httpx.Response:
    app = with_middleware(FastAPI())

    @app.get("/raises")
    async def endpoint(asked: bool = True) -> None:
        raise error

    async def handle(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"handled": str(error)}, status_code=FAILED)

    if handled is not None:
        app.add_exception_handler(handled, handle)
    return await ask(app, "/raises")


@pytest.mark.parametrize("handled", [Exception, 500])
async def test_a_handler_of_every_exception_answers_outside(handled: type[Exception] | int) -> None:
    answer = await raises(AwayError("no"), handled)
    assert (answer.json(), allowed(answer)) == ({"handled": "no"}, None)


async def test_a_handler_of_a_class_of_ones_own_answers_inside() -> None:
    answer = await raises(AwayError("no"), AwayError)
    assert (answer.json(), allowed(answer)) == ({"handled": "no"}, ORIGIN)


async def test_what_is_refused_has_the_header() -> None:
    assert allowed(await raises(HTTPException(httpx.codes.NOT_FOUND))) == ORIGIN
    app = with_middleware(FastAPI())

    @app.get("/orders")
    async def read(count: int) -> int:
        return count

    answer = await ask(app, "/orders?count=x")
    assert (answer.status_code, allowed(answer)) == (httpx.codes.UNPROCESSABLE_ENTITY, ORIGIN)


async def test_not_every_500_is_outside() -> None:
    assert allowed(await raises(HTTPException(FAILED))) == ORIGIN


def test_what_is_around_is_no_fastapi() -> None:
    """The command fastapi looks for one, and finds that inside."""
    around = cors.around()
    assert not isinstance(around, FastAPI)
    assert isinstance(around, CORSMiddleware)
    assert isinstance(around.app, FastAPI)


async def test_every_origin_has_no_exceptions_either() -> None:
    app = with_middleware(cors.create_app(), origins="*")
    assert allowed(await ask(app, "/orders")) == "*"
    assert allowed(await ask(app, "/failing")) is None


async def test_every_origin_with_cookies_is_whoever_asks() -> None:
    app = with_middleware(cors.create_app(), origins="*", cookies=True)
    answer = await ask(app, "/orders", "https://elsewhere.example")
    assert allowed(answer) == "https://elsewhere.example"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


Next = Callable[[Request], Awaitable[Response]]


async def refuse(request: Request, call_next: Next) -> Response:
    """Who does not let anybody in."""
    return Response(status_code=REFUSED)


@pytest.mark.parametrize(("last", "told"), [(True, ORIGIN), (False, None)])
async def test_what_is_added_later_is_further_out(last: bool, told: str | None) -> None:
    app = cors.create_app()
    if last:
        app.middleware("http")(refuse)
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
    if not last:
        app.middleware("http")(refuse)

    answer = await ask(app, "/orders")
    assert (answer.status_code, allowed(answer)) == (REFUSED, told)


async def preflight(app: ASGIApp, method: str, header: str = "accept") -> tuple[int, str]:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.options("/orders", headers=asked)
    return answer.status_code, answer.text


async def test_before_a_request_is_asked_what_it_may() -> None:
    app = with_middleware(cors.create_app())
    assert await preflight(app, "GET") == (200, "OK")
    assert await preflight(app, "POST") == (400, "Disallowed CORS method")
    assert await preflight(app, "GET", "authorization") == (400, "Disallowed CORS headers")
    assert await preflight(cors.with_slash(), "GET") == (400, "Disallowed CORS origin")
    assert await preflight(cors.around(), "POST", "authorization") == (200, "OK")


async def test_the_lifespan_runs_inside_too() -> None:
    ran = []
    app = CORSMiddleware(FastAPI(on_startup=[lambda: ran.append("started")]), allow_origins=[])
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict[str, str]:
        return next(messages)

    async def send(message: object) -> None: ...

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert ran == ["started"]
    assert not {"state", "dependency_overrides", "get"} & set(dir(app))
