"""What may not be answered, and what the text says of it."""

import ast
import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from snippets.validation import errors_response as response
from snippets.validation.errors_response import Order, OrderOut, ask

OBJECT = "Input should be a valid dictionary or object to extract fields from"
RIGHT = {"number": "A-1", "note": "soon"}


def returning(value: Any) -> Callable[..., Any]:
    """An endpoint that returns it."""

    async def endpoint() -> Any:
        return value

    return endpoint


def first(said: str) -> tuple[str, tuple[Any, ...], str]:
    """Type, place and text of the first problem."""
    head, one = said.splitlines()[:2]
    assert "validation error" in head
    kind, _, place = one.partition("'loc': ")
    text = one.partition("'msg': ")[2]
    return (
        kind.split("'")[3],
        ast.literal_eval(place.partition("), ")[0] + ")"),
        text.split(text[0])[1],
    )


async def test_none_is_no_order() -> None:
    assert first(await ask(response.unchecked, Order, "A-2")) == (
        "model_attributes_type",
        ("response",),
        OBJECT,
    )


@pytest.mark.filterwarnings("ignore:coroutine 'find' was never awaited")
async def test_nor_is_a_coroutine() -> None:
    said = await ask(response.forgotten, Order, "A-1")
    assert first(said)[0] == "model_attributes_type"
    assert "'input': <coroutine object find at" in said


@pytest.mark.parametrize(
    ("value", "model", "kind", "place"),
    [
        (None, Order, "model_attributes_type", ()),
        ([RIGHT], Order, "model_attributes_type", ()),
        ((RIGHT,), Order, "model_attributes_type", ()),
        ('{"number": "A-1"}', Order, "model_attributes_type", ()),
        ([None], list[Order], "model_attributes_type", (0,)),
        (None, list[Order], "list_type", ()),
        (RIGHT, list[Order], "list_type", ()),
        (RIGHT | {"note": None}, Order, "string_type", ("note",)),
        ({"number": "A-1"}, Order, "missing", ("note",)),
        (SimpleNamespace(number="A-1"), Order, "missing", ("note",)),
        *(
            (RIGHT | {"number": other}, Order, "string_type", ("number",))
            for other in (1, uuid.UUID(int=1), datetime(2026, 1, 2, tzinfo=UTC))
        ),
    ],
)
async def test_each_cause_has_a_type_and_a_place(
    value: Any, model: Any, kind: str, place: tuple[Any, ...]
) -> None:
    assert first(await ask(returning(value), model))[:2] == (kind, ("response", *place))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("A-1", '200 {"number":"A-1","note":null}'),
        ("A-2", '404 {"detail":"There is no such order"}'),
    ],
)
async def test_what_is_checked_is_answered(number: str, told: str) -> None:
    assert await ask(response.checked, OrderOut, number) == told


async def test_a_model_is_taken_for_a_list_of_its_fields() -> None:
    said = await ask(returning(Order(**RIGHT)), list[Order])
    assert "'model_attributes_type', 'loc': ('response', 0)" in said
    assert "'input': ('number', 'A-1')" in said


async def test_the_last_lines_say_where() -> None:
    app = FastAPI()
    app.get("/orders/{number}", response_model=Order)(response.unchecked)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ResponseValidationError) as raised:
            await client.get("/orders/A-2")
    file, path = str(raised.value).splitlines()[-2:]
    assert re.fullmatch(r'  File ".*errors_response\.py", line \d+, in unchecked', file)
    assert path == "    GET /orders/{number}"


async def test_objects_have_fields_without_from_attributes() -> None:
    assert await ask(returning(SimpleNamespace(**RIGHT)), Order) == (
        '200 {"number":"A-1","note":"soon"}'
    )


class Table(DeclarativeBase):
    """What is stored."""


class Stored(Table):
    """A row."""

    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(primary_key=True)
    note: Mapped[str]


async def test_a_row_of_one_object_is_not_the_object() -> None:
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Stored(**RIGHT))
        session.flush()
        rows = session.execute(select(Stored)).all()
        objects = session.scalars(select(Stored)).all()
        assert first(await ask(returning(rows), list[Order]))[:2] == (
            "missing",
            ("response", 0, "number"),
        )
        assert await ask(returning(objects), list[Order]) == (
            '200 [{"number":"A-1","note":"soon"}]'
        )
    engine.dispose()


class Detached:
    """What cannot be read any more."""

    number = "A-1"

    @property
    def note(self) -> str:
        """A relationship whose session is closed."""
        raise RuntimeError("closed")


async def test_what_raises_when_it_is_read_is_an_error_of_its_own() -> None:
    kind, place, text = first(await ask(returning(Detached()), Order))
    assert (kind, place) == ("get_attribute_error", ("response", "note"))
    assert text == "Error extracting attribute: RuntimeError: closed"


class Aliased(BaseModel):
    """Its name for others is another one."""

    number: str = Field(alias="orderNumber")


class Attributes(Order):
    """It takes objects by itself."""

    model_config = ConfigDict(from_attributes=True)


async def test_a_field_with_an_alias_is_looked_for_by_that() -> None:
    assert first(await ask(returning(RIGHT), Aliased))[:2] == (
        "missing",
        ("response", "orderNumber"),
    )


async def test_from_attributes_does_not_help() -> None:
    assert first(await ask(returning(None), Attributes))[0] == "model_attributes_type"


async def test_none_as_an_answer_is_null() -> None:
    assert await ask(returning(None), Order | None) == "200 null"


@pytest.mark.parametrize("option", ["none", "unset", "defaults"])
async def test_what_is_left_out_is_checked_before(option: str) -> None:
    app = FastAPI()
    settings: dict[str, Any] = {f"response_model_exclude_{option}": True}
    app.get("/", response_model=Order, **settings)(returning(RIGHT | {"note": None}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ResponseValidationError):
            await client.get("/")


async def test_without_a_model_everything_goes_out() -> None:
    row = RIGHT | {"password_hash": "x"}
    assert "password_hash" in await ask(returning(row), None)
    assert "password_hash" not in await ask(returning(row), Order)


async def test_the_text_has_the_value_in_it() -> None:
    assert "'password_hash': 'x'" in await ask(returning({"password_hash": "x"}), Order | None)


def test_reported_of_a_folder_that_is_none() -> None:
    """open-edge-platform/geti-instant-learn, pull request 989: nothing is active yet."""

    class Project(BaseModel):
        name: str

    async def active() -> Any: ...

    said = asyncio.run(ask(active, Project))
    assert first(said) == ("model_attributes_type", ("response",), OBJECT)
    assert said.endswith("'input': None}")
