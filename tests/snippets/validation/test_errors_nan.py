"""Where a NaN comes from, and what becomes of it."""

import json
import math
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, FiniteFloat
from pydantic_core import from_json

from snippets.validation import errors_nan as nans
from snippets.validation.errors_nan import ask

OUT_OF_RANGE = "Out of range float values are not JSON compliant"
JSON = {"Content-Type": "application/json"}
BODIES = ('{"celsius": "nan"}', '{"celsius": NaN}', '{"celsius": 1e400}', '{"celsius": Infinity}')


async def test_a_mean_of_nothing_cannot_be_answered() -> None:
    assert await ask(nans.create_app(), "/mean") == OUT_OF_RANGE


@pytest.mark.parametrize("body", BODIES)
async def test_what_passes_the_model_cannot_be_answered(body: str) -> None:
    sent = {"content": body, "headers": JSON}
    assert await ask(nans.create_app(), "/temperatures", **sent) == OUT_OF_RANGE


async def test_the_fix_says_that_there_is_none() -> None:
    assert await ask(nans.create_fixed(), "/mean") == '200 {"celsius":null}'


@pytest.mark.parametrize("body", BODIES)
async def test_the_fix_refuses_it_and_can_say_so(body: str) -> None:
    sent = {"content": body, "headers": JSON}
    said = await ask(nans.create_fixed(), "/temperatures", **sent)
    assert said == "422 refused"


async def test_the_fix_takes_what_is_a_number() -> None:
    sent = {"json": {"celsius": 20.5}}
    assert await ask(nans.create_fixed(), "/temperatures", **sent) == ('200 {"celsius":20.5}')


@pytest.mark.parametrize(
    ("value", "told"), [(math.nan, None), (math.inf, None), (-math.inf, None), (1.5, 1.5)]
)
def test_what_is_known(value: float, told: float | None) -> None:
    assert nans.known(value) == told


@pytest.mark.parametrize(("body", "raises"), [(BODIES[0], False), (BODIES[1], True)])
async def test_a_finite_model_alone_refuses_but_a_bare_nan_breaks_the_refusal(
    body: str, raises: bool
) -> None:
    app = FastAPI()

    @app.post("/")
    async def store(sent: nans.Temperature) -> None: ...

    said = await ask(app, "/", content=body, headers=JSON)
    assert said[:3] == (OUT_OF_RANGE[:3] if raises else "422")


async def test_a_query_may_be_nan() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(celsius: float):  # type: ignore[no-untyped-def]
        return celsius

    assert await ask(app, "/?celsius=nan") == OUT_OF_RANGE


async def test_columns_hold_them(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow(
        "SELECT 'NaN'::float8, 'Infinity'::float8, 'NaN'::numeric, 'Infinity'::numeric"
    )
    assert row is not None
    assert [str(value) for value in row] == ["nan", "inf", "NaN", "Infinity"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_so_does_the_mean_of_an_empty_array() -> None:
    assert math.isnan(np.mean([]))


def returning(value: Any, annotation: Any = None, **settings: Any) -> FastAPI:
    """An application that returns it."""

    async def returned():  # type: ignore[no-untyped-def]
        return value

    if annotation is not None:
        returned.__annotations__["return"] = annotation
    app = FastAPI()
    app.get("/", **settings)(returned)
    return app


class Loose(BaseModel):
    """As most models are."""

    n: float


class Finite(BaseModel):
    """A number that is one."""

    n: FiniteFloat


class Words(Loose):
    """Numbers and three words."""

    model_config = ConfigDict(ser_json_inf_nan="strings")


class Lax(JSONResponse):
    """What others cannot read."""

    def render(self, content: Any) -> bytes:
        """With whatever Python knows."""
        return json.dumps(content).encode()


NAN = {"n": math.nan}


@pytest.mark.parametrize(
    ("app", "said"),
    [
        (returning(NAN), OUT_OF_RANGE),
        (returning({"n": -math.inf}), OUT_OF_RANGE),
        (returning({"n": Decimal("NaN")}), OUT_OF_RANGE),
        (returning(Loose(n=math.nan)), OUT_OF_RANGE),
        (returning(NAN, Loose), '200 {"n":null}'),
        (returning(NAN, dict[str, float]), '200 {"n":null}'),
        (returning(NAN, response_model=Loose), '200 {"n":null}'),
        (returning(NAN, Loose, response_class=JSONResponse), OUT_OF_RANGE),
        (returning(NAN, Words), '200 {"n":"NaN"}'),
        (returning(NAN, response_class=Lax), '200 {"n": NaN}'),
    ],
)
async def test_what_an_answer_makes_of_it(app: FastAPI, said: str) -> None:
    assert await ask(app, "/") == said


@pytest.mark.parametrize("model", [Loose, Words])
def test_null_and_words_are_not_what_the_schema_says(model: type[BaseModel]) -> None:
    schema = returning(NAN, model).openapi()["components"]["schemas"][model.__name__]
    assert schema["properties"]["n"]["type"] == "number"


def test_a_value_that_may_be_none_is_in_the_schema() -> None:
    schema = nans.create_fixed().openapi()["components"]["schemas"]["Mean"]
    assert schema["properties"]["celsius"]["anyOf"] == [{"type": "number"}, {"type": "null"}]


async def test_a_finite_response_model_is_a_500_too() -> None:
    transport = httpx.ASGITransport(returning(NAN, Finite))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ResponseValidationError, match="Input should be a finite number"):
            await client.get("/")


def test_what_others_cannot_read() -> None:
    with pytest.raises(ValueError, match="expected value"):
        from_json('{"n": NaN}', allow_inf_nan=False)


def test_a_float_is_a_float_for_the_encoder() -> None:
    assert math.isnan(jsonable_encoder(NAN)["n"])


def test_an_infinity_is_a_number() -> None:
    assert not math.isnan(math.inf)
    assert not math.isfinite(math.inf)


def test_a_request_of_httpx() -> None:
    with pytest.raises(ValueError, match=f"^{OUT_OF_RANGE}"):
        httpx.Request("POST", "http://test", json=NAN)


async def test_reported_of_a_model_without_an_annotation() -> None:
    """fastapi/fastapi, issue 459."""

    class Model(BaseModel):
        value: float

    model = Model(value=float("nan"))
    assert await ask(returning(model), "/") == OUT_OF_RANGE
    assert await ask(returning(model, Model), "/") == '200 {"value":null}'
