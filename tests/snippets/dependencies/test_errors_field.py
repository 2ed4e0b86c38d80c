"""What a route may declare, and what the hint does not help against."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request, WebSocket
from fastapi.exceptions import FastAPIError
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from pydantic.errors import PydanticInvalidForJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import scoped_session

from snippets.dependencies import errors_field as fields
from snippets.dependencies.errors_field import declare, get_session
from snippets.dependencies.orders import Order

INVALID = r"^Invalid args for response field! Hint: check that {} is a valid Pydantic field type\. "


@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        (fields.count_orders, r"<class 'sqlalchemy\.ext\.asyncio\.session\.AsyncSession'>"),
        (fields.read_order, r"<class '.*\.Order'>"),
        (fields.export, r"starlette\.responses\.FileResponse \| dict\[str, str\]"),
    ],
)
def test_what_is_no_type_of_pydantic_cannot_be_declared(
    endpoint: Callable[..., Any], named: str
) -> None:
    with pytest.raises(FastAPIError, match=INVALID.format(named)):
        declare(endpoint)


async def get(app: FastAPI, path: str) -> tuple[int, Any]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(path)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/count", True),
        ("/orders/A-1", {"number": "A-1"}),
        ("/export", {"state": "not ready"}),
    ],
)
async def test_what_is_fixed_is_declared_and_answers(path: str, told: Any) -> None:
    assert await get(fields.create_app(), path) == (httpx.codes.OK, told)


def taking(annotation: Any, default: Any = ...) -> Callable[..., Any]:
    """An endpoint with one parameter."""

    async def endpoint(taken: Any) -> None: ...

    async def optional(taken: Any = default) -> None: ...

    chosen = endpoint if default is ... else optional
    chosen.__annotations__["taken"] = annotation
    return chosen


def returning(annotation: Any) -> Callable[..., Any]:
    """An endpoint that returns something."""

    async def endpoint() -> Any: ...

    endpoint.__annotations__["return"] = annotation
    return endpoint


def inner(annotation: Any) -> Callable[..., Any]:
    """An endpoint with a dependency that takes something."""
    return taking(Annotated[None, Depends(taking(annotation))])


class Plain:
    """No model, no dataclass."""


@pytest.mark.parametrize(
    "endpoint",
    [
        taking(AsyncSession),
        taking(AsyncSession | None, None),
        taking(AsyncSession, get_session),
        taking(Annotated[AsyncSession, get_session]),
        taking(Annotated[AsyncSession, Depends]),
        taking(SyncSession),
        taking(scoped_session),
        taking(httpx.AsyncClient),
        taking(Order),
        taking(any),
        taking(Plain),
        returning(Plain),
        returning(dict[str, any]),  # type: ignore[valid-type]
        taking(Request | None, None),
        taking(BackgroundTasks | None, None),
        inner(AsyncSession),
        returning(list[Order]),
        returning(Order | None),
        returning(JSONResponse | None),
        returning(AsyncIterator[Order]),
    ],
)
def test_more_that_cannot_be_declared(endpoint: Callable[..., Any]) -> None:
    with pytest.raises(FastAPIError, match=INVALID.format(".*")):
        declare(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        taking(Request),
        taking(BackgroundTasks),
        taking(Annotated[AsyncSession, Depends(get_session)]),
        taking(Annotated[httpx.AsyncClient, Depends(get_session)]),
        returning(Response),
        returning(FileResponse),
    ],
)
def test_what_can_be(endpoint: Callable[..., Any]) -> None:
    declare(endpoint)


def test_a_websocket_says_it_too() -> None:
    async def endpoint(socket: WebSocket, session: AsyncSession) -> None: ...

    with pytest.raises(FastAPIError, match=INVALID.format(".*AsyncSession'>")):
        FastAPI().websocket("/")(endpoint)


def test_a_response_model_may_not_be_a_class_of_sqlalchemy() -> None:
    with pytest.raises(FastAPIError, match=INVALID.format(".*Order'>")):
        FastAPI().get("/", response_model=Order)(returning(Any))


def test_no_response_model_does_not_help_a_parameter() -> None:
    with pytest.raises(FastAPIError, match=INVALID.format(".*AsyncSession'>")):
        FastAPI().get("/", response_model=None)(taking(AsyncSession))


async def test_no_response_model_sends_every_column() -> None:
    app = FastAPI()
    app.get("/{number}", response_model=None)(fields.read_order)
    status, told = await get(app, "/A-1")
    assert (status, set(told)) == (httpx.codes.OK, set(Order.__table__.columns.keys()))


async def test_any_makes_it_a_parameter_of_the_query() -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(session: Any) -> str:
        return repr(session)

    assert await get(app, "/?session=mine") == (httpx.codes.OK, "'mine'")


class Holder(BaseModel):
    """A model that takes whatever it is given."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    session: AsyncSession


async def test_arbitrary_types_make_it_a_body_that_nobody_can_send() -> None:
    app = FastAPI()
    app.post("/")(taking(Holder))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/", json={"session": {}})
    assert answer.json()["detail"][0]["type"] == "is_instance_of"
    with pytest.raises(PydanticInvalidForJsonSchema):
        app.openapi()


async def test_depends_without_a_function_calls_the_class_itself() -> None:
    app = FastAPI()
    app.get("/")(taking(Annotated[AsyncSession, Depends()]))
    status, told = await get(app, "/")
    assert (status, told["detail"][0]["loc"]) == (422, ["query", "kw"])


def test_reported_of_a_file_or_a_dict() -> None:
    """biocommons/anyvar, issue 99."""
    named = r"starlette\.responses\.FileResponse \| dict"
    with pytest.raises(FastAPIError, match=INVALID.format(named)):
        declare(returning(FileResponse | dict))
    FastAPI().get("/", response_model=None)(returning(FileResponse | dict))
