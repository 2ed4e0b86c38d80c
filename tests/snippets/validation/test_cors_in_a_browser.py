"""The texts of Chromium's console, word for word.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse
from playwright.sync_api import ConsoleMessage, Page
from starlette.types import ASGIApp

from snippets.validation.errors_cors import create_app
from tests.site.conftest import browser as browser
from tests.site.conftest import context as context

BLOCKED = "has been blocked by CORS policy:"
NO_HEADER = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
PREFLIGHT = "Response to preflight request doesn't pass access control check:"


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Where the app is served by a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server waits for it
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """A page of nothing."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    async def read() -> str:
        return "<title>Shop</title>"

    with served(app) as url:
        yield url


@pytest.fixture
def shop(context: Any, origin: str) -> Iterator[Page]:
    """A window in which that page is open."""
    page = context.new_page()
    page.goto(origin)
    yield page
    page.close()


def tells(message: ConsoleMessage) -> bool:
    """Not that there is no icon."""
    return message.text.isdigit() or BLOCKED in message.text


def fetched(page: Page, app: ASGIApp, path: str, options: str = "{}") -> str:
    """The status that the code of the page sees, or what the console says instead."""
    with served(app) as url, page.expect_event("console", tells) as console:
        status: int | None = page.evaluate(
            f"""fetch('{url}{path}', {options}).then((answer) => answer.status)
                .then((status) => (console.log(status), status), (error) => null)"""
        )
    said: str = console.value.text
    return str(status) if status is not None else said.partition(BLOCKED)[2].strip()


def inside(**settings: Any) -> FastAPI:
    app = create_app()
    app.add_middleware(CORSMiddleware, **settings)
    return app


def test_a_failure_is_blocked_and_seen_with_the_middleware_around(shop: Page, origin: str) -> None:
    failing = inside(allow_origins=[origin])
    assert fetched(shop, failing, "/orders") == "200"
    assert fetched(shop, failing, "/failing") == NO_HEADER
    around = CORSMiddleware(create_app(), allow_origins=[origin])
    with served(around) as url:
        status = shop.evaluate(f"fetch('{url}/failing').then((answer) => answer.status)")
    assert status == 500


def test_without_the_middleware_it_is_blocked(shop: Page) -> None:
    assert fetched(shop, create_app(), "/orders") == NO_HEADER


def test_who_may_send_a_cookie_reads_what_is_answered(context: Any, origin: str) -> None:
    app = inside(allow_origins=["*"], allow_credentials=True)

    @app.get("/enter", response_class=HTMLResponse)
    async def enter(response: Response) -> str:
        response.set_cookie("shop", "mine")  # SameSite=Lax
        return "<title>Shop</title>"

    @app.get("/mine")
    async def read(request: Request) -> dict[str, str]:
        return request.cookies

    page = context.new_page()
    read_it = "(url) => fetch(url, {credentials: 'include'}).then((answer) => answer.json())"
    with served(app) as url:
        page.goto(f"{url}/enter")
        page.goto(origin)
        same = page.evaluate(read_it, f"{url}/mine")
        page.goto(origin.replace("127.0.0.1", "localhost"))
        other = page.evaluate(read_it, f"{url}/mine")
    page.close()
    assert (same, other) == ({"shop": "mine"}, {})


def test_a_slash_at_the_end_of_an_origin_is_blocked_in_the_same_words(
    shop: Page, origin: str
) -> None:
    assert fetched(shop, inside(allow_origins=[f"{origin}/"]), "/orders") == NO_HEADER


@pytest.mark.parametrize("options", ["{method: 'PUT'}", "{headers: {Authorization: 'Bearer x'}}"])
def test_what_is_asked_before(options: str, shop: Page, origin: str) -> None:
    app = inside(allow_origins=[origin])
    assert fetched(shop, app, "/orders", options) == f"{PREFLIGHT} It does not have HTTP ok status."
    assert fetched(shop, create_app(), "/orders", options) == f"{PREFLIGHT} {NO_HEADER}"


def test_cookies(shop: Page, origin: str) -> None:
    ask = "{credentials: 'include'}"
    assert fetched(shop, inside(allow_origins=["*"]), "/orders", ask) == (
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the"
        " wildcard '*' when the request's credentials mode is 'include'."
    )
    assert fetched(shop, inside(allow_origins=[origin]), "/orders", ask) == (
        "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which"
        " must be 'true' when the request's credentials mode is 'include'."
    )
    allowing = inside(allow_origins=["*"], allow_credentials=True)
    assert fetched(shop, allowing, "/orders", ask) == "200"


def test_a_request_without_cors_sees_nothing(shop: Page, origin: str) -> None:
    assert fetched(shop, create_app(), "/failing", "{mode: 'no-cors'}") == "0"


def test_the_code_of_the_page_is_told_only_that_it_failed(shop: Page) -> None:
    with served(create_app()) as url:
        said = shop.evaluate(f"fetch('{url}/orders').catch(String)")
    assert said == "TypeError: Failed to fetch"
