"""What is no object for FastAPI, and what does not make it one."""

import json
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, FastAPI, Form, UploadFile
from pydantic import BaseModel, Json, ValidationError

from snippets.validation import errors_body as body
from snippets.validation.errors_body import ORDER, TEXT, Order, ask, create_app

TOLD = "Input should be a valid dictionary or object to extract fields from"
REFUSED = httpx.codes.UNPROCESSABLE_ENTITY
JSON = {"Content-Type": "application/json"}


def sending(**arguments: Any) -> body.Post:
    """A request with these."""

    async def post(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/orders", **arguments)

    return post


def problem(told: Any) -> tuple[str, list[Any], Any]:
    """Text, place and input of the only one."""
    (one,) = told["detail"]
    return one["msg"], one["loc"], one["input"]


@pytest.mark.parametrize(
    ("post", "given"),
    [
        (body.untyped, TEXT),
        (body.twice, TEXT),
        (body.form, "number=A-1"),
        (body.several, [ORDER]),
        (sending(content="null", headers=JSON), None),
        (sending(json=1), 1),
        (sending(content=TEXT, headers={"Content-Type": "text/plain"}), TEXT),
        (sending(content=TEXT, headers={"Content-Type": "application/octet-stream"}), TEXT),
        (
            sending(content=TEXT, headers={"Content-Type": "application/x-www-form-urlencoded"}),
            TEXT,
        ),
    ],
)
async def test_what_is_no_object(post: body.Post, given: Any) -> None:
    status, told = await ask(create_app(), post)
    assert (status, problem(told)) == (REFUSED, (TOLD, ["body"], given))


@pytest.mark.parametrize(
    "post",
    [
        body.one_object,
        sending(content=TEXT, headers=JSON),
        sending(content=TEXT, headers={"Content-Type": "application/vnd.shop+json"}),
    ],
)
async def test_what_is_one(post: body.Post) -> None:
    assert await ask(create_app(), post) == (httpx.codes.OK, "A-1")


async def test_a_list_is_taken_by_a_parameter_that_is_one() -> None:
    app = FastAPI()

    @app.post("/orders")
    async def place_orders(orders: list[Order]) -> int:
        return len(orders)

    assert await ask(app, body.several) == (httpx.codes.OK, 1)


class Basket(BaseModel):
    """An order in another object."""

    order: Order | None = None


async def test_the_place_goes_on_where_it_is_inside() -> None:
    app = FastAPI()

    @app.post("/orders")
    async def place(basket: Basket) -> Basket:
        return basket

    status, told = await ask(app, sending(json={"order": TEXT}))
    assert (status, problem(told)) == (REFUSED, (TOLD, ["body", "order"], TEXT))
    assert await ask(app, sending(json={"order": ORDER})) == (httpx.codes.OK, {"order": ORDER})


@pytest.mark.parametrize(
    ("annotation", "wrong"), [(Order, True), (Annotated[Json[Order], Form()], False)]
)
async def test_beside_a_file_it_is_a_string_that_holds_json(annotation: Any, wrong: bool) -> None:
    """As in fastapi/fastapi, issue 2257."""

    async def place(picture: UploadFile, order: Any) -> Any:
        return order

    place.__annotations__["order"] = annotation
    app = FastAPI()
    app.post("/orders")(place)
    status, told = await ask(app, sending(files={"picture": b"1"}, data={"order": TEXT}))
    if wrong:
        assert (status, problem(told)) == (REFUSED, (TOLD, ["body", "order"], TEXT))
    else:
        assert (status, told) == (httpx.codes.OK, ORDER)


async def test_nothing_at_all_is_another_text() -> None:
    status, told = await ask(create_app(), sending(params=ORDER))
    assert (status, problem(told)[0]) == (REFUSED, "Field required")


@pytest.mark.parametrize(
    ("headers", "status"), [({}, httpx.codes.OK), ({"Content-Type": "text/plain"}, REFUSED)]
)
async def test_without_strictness_only_a_missing_header_is_taken(
    headers: dict[str, str], status: int
) -> None:
    app = FastAPI(strict_content_type=False)

    @app.post("/orders")
    async def place(order: Order) -> None: ...

    assert (await ask(app, sending(content=TEXT, headers=headers)))[0] == status


class Optional(BaseModel):
    """Nothing is required."""

    number: str | None = None


@pytest.mark.parametrize("annotation", [Optional, dict[str, str], Annotated[Order, Body()]])
async def test_another_annotation_does_not_help(annotation: Any) -> None:
    async def place(order: Any) -> None: ...

    place.__annotations__["order"] = annotation
    app = FastAPI()
    app.post("/orders")(place)
    status, told = await ask(app, body.twice)
    assert (status, problem(told)[0][:32]) == (REFUSED, TOLD[:32])


async def test_a_body_that_is_embedded_wants_its_name() -> None:
    app = FastAPI()

    @app.post("/orders")
    async def place(order: Annotated[Order, Body(embed=True)]) -> None: ...

    assert (await ask(app, body.one_object))[1]["detail"][0]["loc"] == ["body", "order"]
    assert (await ask(app, sending(json={"order": ORDER})))[0] == httpx.codes.OK


def test_pydantic_itself_says_it_with_the_name_of_the_model() -> None:
    with pytest.raises(
        ValidationError, match="Input should be a valid dictionary or instance of Order"
    ):
        Order.model_validate(TEXT)
    assert Order.model_validate_json(TEXT) == Order.model_validate(json.loads(TEXT))


async def test_reported_of_fetch_with_a_string() -> None:
    """fastapi/fastapi, issue 3412: what a browser sends of a string is text/plain."""
    text = json.dumps({"NRows": 10, "Cols": []})
    app = FastAPI()

    @app.post("/orders")
    async def place(given: dict[str, Any]) -> int:
        return len(given)

    plain = {"Content-Type": "text/plain;charset=UTF-8"}
    assert (await ask(app, sending(content=text, headers=plain)))[0] == REFUSED
    assert await ask(app, sending(content=text, headers=JSON)) == (httpx.codes.OK, 2)
