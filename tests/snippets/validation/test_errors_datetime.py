"""Where JSON is made without help, and what helps there."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import FastAPIDeprecationWarning, RequestValidationError
from fastapi.responses import JSONResponse, ORJSONResponse
from pydantic import BaseModel, ValidationError, field_validator
from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import JSON, Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError
from starlette.requests import Request

from snippets.validation import errors_datetime as times
from snippets.validation.errors_datetime import ORDER, ask

NOT_JSON = "Object of type {} is not JSON serializable"
AT = datetime(2026, 1, 2, tzinfo=UTC)
ENCODED = '{"placed":"2026-01-02T00:00:00Z","total":"1.10"}'


@pytest.mark.parametrize("endpoint", [times.response, times.refusal])
async def test_a_time_is_not_json(endpoint: Callable[..., Any]) -> None:
    assert await ask(endpoint) == NOT_JSON.format("datetime")


async def test_what_is_returned_is_encoded() -> None:
    assert await ask(times.returned) == f"200 {ENCODED}"


async def test_so_is_what_is_dumped_as_json() -> None:
    assert await ask(times.encoded) == f"202 {ENCODED}"


async def nothing() -> None:
    """What somebody forgot to wait for."""


@pytest.mark.filterwarnings("ignore:coroutine 'nothing' was never awaited")
@pytest.mark.parametrize(
    ("value", "name"),
    [
        (AT, "datetime"),
        (date(2026, 1, 2), "date"),
        (uuid.UUID(int=1), "UUID"),
        (Decimal(1), "Decimal"),
        ({1}, "set"),
        (b"x", "bytes"),
        (ORDER, "Order"),
        (ValueError("no"), "ValueError"),
        (nothing, "function"),
        (nothing(), "coroutine"),
    ],
)
def test_the_class_is_named(value: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"^{NOT_JSON.format(name)}$"):
        json.dumps({"value": value})


def returning(value: Any) -> Callable[..., Any]:
    """An endpoint that returns it as a response of its own."""

    async def endpoint() -> Any:
        return JSONResponse(value)

    return endpoint


def test_a_time_as_a_key_is_another_text() -> None:
    text = "^keys must be str, int, float, bool or None, not datetime.datetime$"
    with pytest.raises(TypeError, match=text):
        json.dumps({AT: 1})
    assert json.loads(to_json({AT: 1})) == {"2026-01-02T00:00:00Z": 1}


class Checked(BaseModel):
    """A model with a check of its own."""

    number: int

    @field_validator("number")
    @classmethod
    def check(cls, number: int) -> int:
        """Never right."""
        raise ValueError("no")


def test_the_errors_of_a_check_hold_the_exception() -> None:
    with pytest.raises(ValidationError) as refused:
        Checked(number=1)
    with pytest.raises(TypeError, match=NOT_JSON.format("ValueError")):
        json.dumps(refused.value.errors())
    without = refused.value.errors(include_context=False)
    assert json.loads(json.dumps(without))[0]["msg"] == "Value error, no"


@pytest.mark.parametrize("encode", [None, jsonable_encoder])
async def test_so_a_handler_that_repeats_them_fails(encode: Callable[..., Any] | None) -> None:
    app = FastAPI()

    @app.post("/")
    async def place(checked: Checked) -> None: ...

    async def handle(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        errors = error.errors()
        return JSONResponse(encode(errors) if encode else errors, status_code=400)

    app.add_exception_handler(RequestValidationError, handle)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        if encode is None:
            with pytest.raises(TypeError, match=NOT_JSON.format("ValueError")):
                await client.post("/", json={"number": 1})
        else:
            answer = await client.post("/", json={"number": 1})
            assert answer.json()[0]["ctx"] == {"error": {}}


def test_a_request_of_httpx() -> None:
    with pytest.raises(TypeError, match=NOT_JSON.format("datetime")):
        httpx.Request("POST", "http://test", json=ORDER.model_dump())
    sent = httpx.Request("POST", "http://test", json=ORDER.model_dump(mode="json"))
    assert sent.content.decode() == ENCODED


async def test_a_message_of_a_websocket() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    socket = WebSocket({"type": "websocket"}, receive, send)
    await socket.accept()
    with pytest.raises(TypeError, match=NOT_JSON.format("datetime")):
        await socket.send_json(ORDER.model_dump())
    await socket.send_json(ORDER.model_dump(mode="json"))
    assert sent[-1]["text"] == ENCODED


def test_a_column_of_json() -> None:
    table = Table("orders", MetaData(), Column("doc", JSON))
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        table.create(connection)
        text = re.escape(f"(builtins.TypeError) {NOT_JSON.format('datetime')}")
        with pytest.raises(StatementError, match=f"^{text}"):
            connection.execute(insert(table).values(doc={"at": AT}))
    engine.dispose()
    engine = create_engine("sqlite://", json_serializer=lambda value: to_json(value).decode())
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table).values(doc={"at": AT}))
        assert connection.scalar(select(table.c.doc)) == {"at": "2026-01-02T00:00:00Z"}
    engine.dispose()


def test_what_is_no_model() -> None:
    value = {"at": AT, "id": uuid.UUID(int=1), "total": Decimal("1.10"), "tags": {1}, "of": ORDER}
    assert json.loads(to_json(value)) == {
        "at": "2026-01-02T00:00:00Z",
        "id": str(uuid.UUID(int=1)),
        "total": "1.10",
        "tags": [1],
        "of": json.loads(ENCODED),
    }


def test_a_model_as_json() -> None:
    assert ORDER.model_dump_json() == ENCODED
    assert type(ORDER.model_dump()["placed"]) is datetime


async def test_a_response_model_does_not_touch_a_response() -> None:
    app = FastAPI()
    app.get("/", response_model=times.Order)(returning({"placed": AT}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(TypeError, match=NOT_JSON.format("datetime")):
            await client.get("/")


def test_text_of_everything_hides_what_is_wrong() -> None:
    value = {"at": AT, "tags": {1}, "of": ORDER.model_copy(update={"total": Decimal(1)})}
    assert json.loads(json.dumps(value, default=str)) == {
        "at": "2026-01-02 00:00:00+00:00",
        "tags": "{1}",
        "of": "placed=datetime.datetime(2026, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)"
        " total=Decimal('1')",
    }


def test_the_encoder_of_fastapi_makes_floats_of_money() -> None:
    assert jsonable_encoder({"total": Decimal("1.10"), "at": AT}) == {
        "total": 1.1,
        "at": "2026-01-02T00:00:00+00:00",
    }


def test_but_not_of_money_in_a_model() -> None:
    assert jsonable_encoder({"order": ORDER})["order"]["total"] == "1.10"


@pytest.mark.parametrize(
    ("value", "name", "plain"),
    [(np.int64(1), "int64", 1), (np.float32(1), "float32", 1.0), (np.array([1]), "ndarray", [1])],
)
async def test_numpy_is_known_to_nobody(value: Any, name: str, plain: Any) -> None:
    with pytest.raises(TypeError, match=NOT_JSON.format(name)):
        json.dumps(value)
    with pytest.raises(PydanticSerializationError):
        to_json(value)
    with pytest.raises(ValueError, match="TypeError"):
        jsonable_encoder(value)
    made = value.tolist() if isinstance(value, np.ndarray) else value.item()
    assert (json.dumps(made), type(made)) == (json.dumps(plain), type(plain))


def test_nor_does_it_know_bytes() -> None:
    with pytest.raises(UnicodeDecodeError):
        jsonable_encoder({"picture": b"\xff"})


def test_the_other_response_is_deprecated() -> None:
    with pytest.warns(FastAPIDeprecationWarning, match="when a return type or response model is"):
        ORJSONResponse.__new__(ORJSONResponse)


async def test_reported_of_a_model_in_a_detail() -> None:
    """fastapi/fastapi, issue 1785."""

    class Example(BaseModel):
        name: str
        date: date

    example = Example(name="example", date=date(2026, 1, 2))

    async def endpoint() -> None:
        raise HTTPException(400, detail=example)

    async def fixed() -> None:
        raise HTTPException(400, detail=example.model_dump(mode="json"))

    assert await ask(endpoint) == NOT_JSON.format("Example")
    assert await ask(fixed) == '400 {"detail":{"name":"example","date":"2026-01-02"}}'
