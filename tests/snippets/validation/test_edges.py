"""Where a value comes from, what a union tells, how much is read, what goes out and what starts."""

import os
from collections.abc import MutableMapping
from typing import Annotated, Any
from unittest.mock import patch

import httpx
import pytest
from fastapi import FastAPI, Form, Header, Request, UploadFile, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ByteSize, ConfigDict, PostgresDsn, TypeAdapter

from snippets.validation import (
    configuration,
    intake,
    limit,
    naive_configuration,
    naive_limit,
    naive_rows,
    naive_union,
    public,
    strict,
    union,
    uploads,
)
from snippets.validation.accounts import STORED
from snippets.validation.accounts import tell as tell_account
from snippets.validation.payments import WRONG, Card, problems
from snippets.validation.start import ENVIRONMENT, said


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("seats", (True, True, False)),
        ("at", (False, True, False)),
        ("event", (False, True, False)),
        ("price", (False, True, False)),
    ],
)
async def test_strict_means_something_else_by_source(
    name: str, passes: tuple[bool, bool, bool]
) -> None:
    assert await strict.asked(name, strict.VALUES[name]) == passes


async def test_strict_refuses_what_only_looks_right_in_each_source() -> None:
    assert await strict.asked("seats", "2") == (False, False, False)


@pytest.mark.naive("snippets/validation/naive_union.py")
def test_a_union_tells_a_mistake_once_for_each_model_and_field() -> None:
    assert len(problems(naive_union.PAYMENTS)) == 10


def test_a_discriminated_union_tells_it_once() -> None:
    assert problems(union.PAYMENTS) == ["card.cents"]


@pytest.mark.parametrize("payments", [naive_union.PAYMENTS, union.PAYMENTS])
def test_both_take_what_is_right(payments: TypeAdapter[Any]) -> None:
    assert payments.validate_python({**WRONG, "cents": 10}) == Card(
        kind="card", token="t", cents=10
    )
    assert problems(TypeAdapter(dict)) == []


async def told(create: Any, capsys: pytest.CaptureFixture[str]) -> list[str]:
    await uploads.tell(*create())
    return capsys.readouterr().out.splitlines()


@pytest.mark.naive("snippets/validation/naive_limit.py")
async def test_a_limit_that_nobody_reaches_refuses_what_was_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await told(naive_limit.create_app, capsys) == [
        "whole: 413, 1 orders",
        "chunks: 201, 1 orders",
    ]


async def test_a_body_that_is_read_first_is_refused_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await told(limit.create_app, capsys) == [
        "whole: 413, 0 orders",
        "chunks: 413, 0 orders",
    ]


async def test_what_is_within_the_limit_is_done() -> None:
    app, placed = limit.create_app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/orders", content=b"x" * uploads.LIMIT)
    assert (answer.status_code, placed) == (201, ["A-1"])


@pytest.fixture
def limited() -> FastAPI:
    """All that may stand behind the limit besides what reads no body."""
    app, _ = limit.create_app()

    @app.post("/form")
    async def take_form(text: Annotated[str, Form()]) -> str:
        return text

    @app.post("/file")
    async def take_file(file: UploadFile) -> int | None:
        return file.size

    @app.post("/model")
    async def take_model(numbers: list[int]) -> int:
        return len(numbers)

    @app.post("/stream")
    async def take_stream(request: Request) -> int:
        return sum([len(part) async for part in request.stream()])

    @app.websocket("/socket")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("open")
        await socket.close()

    return app


@pytest.mark.parametrize(("size", "status"), [(1, 200), (uploads.LIMIT, 413)])
@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/form", lambda size: {"data": {"text": "x" * size}}),
        ("/file", lambda size: {"files": {"file": b"x" * size}}),
        ("/model", lambda size: {"json": [1] * size}),
        ("/stream", lambda size: {"content": b"x" * (size + 1)}),
    ],
)
async def test_the_limit_leaves_other_bodies_as_they_were(
    path: str, sent: Any, size: int, status: int, limited: FastAPI
) -> None:
    transport = httpx.ASGITransport(limited)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(path, **sent(size))
    assert answer.status_code == status


async def test_the_limit_leaves_a_web_socket_open(limited: FastAPI) -> None:
    told: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message.get("text", message["type"]))

    scope = {"type": "websocket", "path": "/socket", "headers": [], "query_string": b""}
    await limited(scope, receive, send)
    assert told == ["websocket.accept", "open", "websocket.close"]


@pytest.mark.naive("snippets/validation/naive_rows.py")
async def test_a_row_is_given_away_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    await tell_account(naive_rows.create_app())
    assert capsys.readouterr().out == "email password_hash\n"


async def test_a_response_model_gives_away_its_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await tell_account(public.create_app())
    assert capsys.readouterr().out == "email\n"


async def test_a_response_of_ones_own_is_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()

    @app.get("/me", response_model=public.Profile)
    async def read_me() -> JSONResponse:
        return JSONResponse(vars(STORED))

    await tell_account(app)
    assert capsys.readouterr().out == "email password_hash\n"


@pytest.mark.naive("snippets/validation/naive_configuration.py")
def test_settings_print_the_secret_that_they_refuse() -> None:
    assert "too-short" in said(naive_configuration.load)


def test_settings_say_which_and_why_and_no_value() -> None:
    text = said(configuration.load)

    assert text.splitlines()[1:] == [
        "SIGNING_KEY: Value should have at least 32 items after validation, not 9",
        "PORT: Input should be a valid integer, unable to parse string as an integer",
    ]


@pytest.mark.parametrize(
    ("load", "shown"), [(naive_configuration.load, True), (configuration.load, False)]
)
def test_only_a_secret_url_hides_its_password(load: Any, shown: bool) -> None:
    right = {"SIGNING_KEY": "x" * 32, "PORT": "8000"}
    with patch.dict(ENVIRONMENT, right):
        assert ("hunter2" in said(load)) is shown


def test_a_list_that_is_not_json_is_told_without_a_traceback() -> None:
    class WithTags(configuration.Settings):
        tags: tuple[str, ...] = ()

    right = {**ENVIRONMENT, "SIGNING_KEY": "x" * 32, "PORT": "8000", "TAGS": "a,b"}
    with (
        patch.dict(os.environ, right),
        patch.object(configuration, "Settings", WithTags),
        pytest.raises(configuration.ConfigurationError, match='field "tags"'),
    ):
        configuration.load()


def test_settings_leave_out_a_reason_that_quotes() -> None:
    class Checked(configuration.Settings):
        size: ByteSize = ByteSize(0)

    right = {**ENVIRONMENT, "SIGNING_KEY": "x" * 32, "PORT": "8000", "SIZE": "2hunter2"}
    with (
        patch.dict(os.environ, right),
        patch.object(configuration, "Settings", Checked),
        pytest.raises(configuration.ConfigurationError, match="SIZE: not allowed"),
    ):
        configuration.load()


def test_the_url_of_a_driver_is_a_url() -> None:
    assert str(PostgresDsn(ENVIRONMENT["DATABASE_URL"])) == ENVIRONMENT["DATABASE_URL"]


async def test_no_further_headers_means_no_host() -> None:
    class Traced(BaseModel):
        model_config = ConfigDict(extra="forbid")
        x_trace: str

    app = FastAPI()

    @app.get("/")
    async def read(headers: Annotated[Traced, Header()]) -> None: ...

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/", headers={"X-Trace": "1"})
    assert answer.status_code == 422
    assert ["header", "host"] in [one["loc"] for one in answer.json()["detail"]]


@pytest.mark.parametrize("body", ["[" * 100_000 + "]" * 100_000, "1" * 4301])
async def test_deep_and_long_json_is_refused_while_it_is_read(body: str) -> None:
    transport = httpx.ASGITransport(intake.create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(
            "/plain", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/unchecked", "/plain", "/fitting"])
async def test_the_body_that_is_measured_is_accepted(path: str) -> None:
    transport = httpx.ASGITransport(intake.create_app())
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://test",
        headers={"Content-Type": "application/json"},
    ) as client:
        right = await client.post(path, content=intake.BODY)
        wrong = await client.post(path, content=intake.WRONG)
    assert right.json() == "Ada"
    assert wrong.status_code == (200 if path == "/unchecked" else 422)


async def test_no_depth_of_a_document_is_a_server_error() -> None:
    transport = httpx.ASGITransport(intake.create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://test",
        headers={"Content-Type": "application/json"},
    ) as client:
        told = {
            (
                await client.post(
                    "/fitting", content='{"document":' + '{"a":' * deep + "1" + "}" * (deep + 1)
                )
            ).status_code
            for deep in (20, 21, *range(900, 1000), 5_000, 12_000, 100_000)
        }
    assert told == {200, 400, 422}


@pytest.mark.parametrize("annotated", [False, True])
async def test_an_infinity_goes_out_as_nothing_or_not_at_all(annotated: bool) -> None:
    app = FastAPI()

    async def read() -> dict[str, float]:
        return {"share": float("inf")}

    app.get("/", response_model=dict[str, float] if annotated else None)(read)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (
        (200, '{"share":null}') if annotated else (500, "Internal Server Error")
    )
