"""What a client is told of a body that the model refuses."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    Base64Str,
    BaseModel,
    ByteSize,
    FailFast,
    Field,
    HttpUrl,
    IPvAnyAddress,
    Json,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError

from snippets.validation import naive_problems, problems
from snippets.validation.posted import BODIES, LONG, PASSWORD, RIGHT, post

TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)
FIELDS = st.dictionaries(st.sampled_from(["password", "seats"]) | TEXT, JSON, min_size=1)


@pytest.mark.naive("snippets/validation/naive_problems.py")
async def test_the_default_answer_breaks_or_repeats_what_was_sent() -> None:
    app = naive_problems.create_app()
    answers = {name: await post(app, body.encode()) for name, body in BODIES.items()}

    statuses = [answer.status_code for answer in answers.values()]
    assert statuses == [500, 500, 500, 500, 422, 422, 422]
    assert PASSWORD in answers["a short password"].text
    assert LONG in answers["a long password"].text
    assert RIGHT in answers["a right one, no seats"].text


@pytest.mark.parametrize("name", BODIES)
async def test_a_problem_says_where_and_why_and_not_what(name: str) -> None:
    answer = await post(problems.create_app(), BODIES[name].encode())

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]
    assert not any(secret in answer.text for secret in (PASSWORD, LONG, RIGHT))
    assert len(answer.content) < 1000


CHECKED = problems.create_app()  # to make one takes longer than to ask it


@given((JSON | FIELDS).map(lambda value: json.dumps(value).encode()) | st.binary())
async def test_no_body_is_a_server_error(body: bytes) -> None:
    answer = await post(CHECKED, body)

    assert answer.status_code in (201, 400, 422)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"password": "\xff"}', 400), (b'{"password": "\xed\xa0\x80"}', 422)],  # no UTF-8; a half
)
async def test_bytes_that_are_not_utf_8_are_refused(body: bytes, status: int) -> None:
    assert (await post(problems.create_app(), body)).status_code == status


async def test_what_is_right_is_accepted() -> None:
    body = b'{"password": "correct horse", "seats": 3}'
    answer = await post(problems.create_app(), body)

    assert (answer.status_code, answer.json()) == (201, 3)


@pytest.mark.parametrize(
    ("create_app", "status"), [(naive_problems.create_app, 500), (problems.create_app, 422)]
)
async def test_one_byte_of_a_picture(create_app: Callable[[], FastAPI], status: int) -> None:
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(
            "/accounts", content=b"\x89", headers={"Content-Type": "image/png"}
        )

    assert answer.status_code == status


async def test_a_thousand_mistakes_are_told_as_twenty() -> None:
    app = problems.create_app()

    @app.post("/many")
    async def many(numbers: list[int]) -> None: ...

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/many", json=["x"] * 1000)

    assert len(answer.json()["problems"]) == problems.MOST


async def test_the_place_is_cut_where_the_client_chose_it() -> None:
    answer = await post(problems.create_app(), json.dumps({"k" * 1000: 1}).encode())

    assert f"body/{'k' * problems.MOST}" in {one["at"] for one in answer.json()["problems"]}


async def test_a_place_is_told_in_ascii_whatever_it_has() -> None:
    half = {"type": "missing", "loc": ("body", "\ud800é"), "msg": "Field required"}
    answer = await problems.refuse(None, RequestValidationError([half]))  # type: ignore[arg-type]

    assert bytes(answer.body).isascii()
    assert json.loads(bytes(answer.body))["problems"][0]["at"] == "body/\ud800é"


async def test_a_refusal_has_the_title_of_its_status() -> None:
    told = (await post(problems.create_app(), b"{}")).json()

    assert (told["title"], told["status"]) == ("Unprocessable Content", 422)  # RFC 9110


@pytest.mark.parametrize(
    ("items", "built"),
    [
        (list[int], 1000),
        (Annotated[list[int], FailFast()], 1),
        (Annotated[list[int], Field(max_length=100)], 1),
    ],
)
def test_every_error_is_built_unless_the_list_is_bounded(items: Any, built: int) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(items).validate_python(["x"] * 1000)
    assert refused.value.error_count() == built


class Kind(Enum):
    """One of one."""

    ONE = "one"


class Tagged(BaseModel):
    """One of those that a tag chooses."""

    tag: Literal["tagged"]


class Other(BaseModel):
    """The other."""

    tag: Literal["other"]


class Secretive(BaseModel):
    """Fields of all kinds, each of which may be sent a secret."""

    kind: Kind | None = None
    word: Literal["a"] | None = None
    pattern: Annotated[str, Field(pattern="^a$")] | None = None
    chosen: Annotated[Tagged | Other, Field(discriminator="tag")] | None = None
    size: ByteSize | None = None
    id: UUID | None = None
    url: HttpUrl | None = None
    day: date | None = None
    at: datetime | None = None
    span: timedelta | None = None
    parsed: Json[int] | None = None
    encoded: Base64Str | None = None
    address: IPvAnyAddress | None = None
    price: Decimal | None = None
    weak: str | None = None
    custom: str | None = None

    @field_validator("weak")
    @classmethod
    def check(cls, value: str) -> str:
        """Refuse, and say what."""
        raise ValueError(f"too weak: {value}")

    @field_validator("custom")
    @classmethod
    def check_as_pydantic_does(cls, value: str) -> str:
        """Refuse with a type of error of one's own, and say what."""
        raise PydanticCustomError("weak", "too weak: {value}", {"value": value})


@pytest.mark.parametrize("field", Secretive.model_fields)
async def test_no_kind_of_field_repeats_a_secret(field: str) -> None:
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, problems.refuse)

    @app.post("/accounts")
    async def create(sent: Secretive) -> None: ...

    other: dict[str, object] = {"chosen": {"tag": "zunter"}, "size": "2zunter"}
    sent = other.get(field, "zunter")
    answer = await post(app, json.dumps({field: sent}).encode())

    assert answer.status_code == 422
    assert "zunter" not in answer.text
    assert "`z`" not in answer.text


async def test_an_answer_in_which_json_finds_no_fault_still_has_the_password() -> None:
    async def encodable(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        told = json.dumps({"detail": error.errors()}, default=str)  # NaN and halves pass
        return Response(told, status_code=422)

    app = naive_problems.create_app()
    app.add_exception_handler(RequestValidationError, encodable)
    answers = {name: await post(app, body.encode()) for name, body in BODIES.items()}

    assert {answer.status_code for answer in answers.values()} == {422}
    assert PASSWORD in answers["a short password"].text


def test_the_schema_promises_an_answer_that_the_handler_does_not_give() -> None:
    promised = problems.create_app().openapi()["paths"]["/accounts"]["post"]["responses"]["422"]

    assert "HTTPValidationError" in json.dumps(promised)


async def test_what_is_no_refusal_is_raised_again() -> None:
    with pytest.raises(LookupError):
        await problems.refuse(None, LookupError())  # type: ignore[arg-type]
