"""What a client is told of a body that the model refuses."""

import json
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Literal

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from snippets.validation import naive_problems, problems
from snippets.validation.posted import BODIES, LONG, PASSWORD, post

TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@pytest.mark.naive("snippets/validation/naive_problems.py")
async def test_the_default_answer_breaks_or_repeats_what_was_sent() -> None:
    app = naive_problems.create_app()
    answers = {name: await post(app, body.encode()) for name, body in BODIES.items()}

    statuses = [answer.status_code for answer in answers.values()]
    assert statuses == [500, 500, 500, 500, 422, 422]
    assert PASSWORD in answers["a short password"].text
    assert LONG in answers["a long password"].text


@pytest.mark.parametrize("name", BODIES)
async def test_a_problem_says_where_and_why_and_not_what(name: str) -> None:
    answer = await post(problems.create_app(), BODIES[name].encode())

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]
    assert PASSWORD not in answer.text
    assert len(answer.content) < 1000


@settings(max_examples=300, deadline=None)
@given(JSON.map(json.dumps) | st.binary().map(lambda data: data.decode("latin-1")))
async def test_no_body_is_a_server_error(body: str) -> None:
    answer = await post(problems.create_app(), body.encode("utf-8", "surrogatepass"))

    assert answer.status_code in (201, 400, 422)


async def test_what_is_right_is_accepted() -> None:
    body = b'{"password": "correct horse", "seats": 3}'
    answer = await post(problems.create_app(), body)

    assert (answer.status_code, answer.json()) == (201, 3)


@pytest.mark.parametrize(
    ("create_app", "status"), [(naive_problems.create_app, 500), (problems.create_app, 422)]
)
async def test_a_picture_instead_of_json(create_app: Callable[[], FastAPI], status: int) -> None:
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post(
            "/accounts", content=b"\x89PNG", headers={"Content-Type": "image/png"}
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
    weak: str | None = None

    @field_validator("weak")
    @classmethod
    def check(cls, value: str) -> str:
        """Refuse, and say what."""
        raise ValueError(f"too weak: {value}")


@pytest.mark.parametrize("field", Secretive.model_fields)
async def test_no_kind_of_field_repeats_a_secret(field: str) -> None:
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, problems.refuse)

    @app.post("/accounts")
    async def create(sent: Secretive) -> None: ...

    sent: object = {"tag": "hunter2"} if field == "chosen" else "hunter2"
    answer = await post(app, json.dumps({field: sent}).encode())

    assert answer.status_code == 422
    assert "hunter2" not in answer.text


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


async def test_what_is_no_refusal_is_raised_again() -> None:
    with pytest.raises(LookupError):
        await problems.refuse(None, LookupError())  # type: ignore[arg-type]
