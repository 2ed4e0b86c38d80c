"""What a case holds is sent: a route that fails with it is found."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import Cookie, FastAPI, Form, Header, UploadFile

from snippets.testing.fuzzing import no_request_is_a_500

EXAMPLES = 20


def header(tenant: Annotated[str, Header()]) -> None:
    raise LookupError(tenant)


def cookie(session: Annotated[str, Cookie()]) -> None:
    raise LookupError(session)


def form(name: Annotated[str, Form()]) -> None:
    raise LookupError(name)


def file(picture: UploadFile) -> None:
    raise LookupError(picture)


def body(names: list[str]) -> None:
    raise LookupError(names)


@pytest.mark.parametrize("fails", [header, cookie, form, file, body])
async def test_a_route_that_fails_when_all_it_requires_is_there_is_found(fails: Any) -> None:
    """What lacks a part that it requires is a 422."""
    app = FastAPI()
    app.post("/orders")(fails)
    with pytest.raises(AssertionError):
        await no_request_is_a_500(lambda: app, EXAMPLES)


async def test_a_header_need_not_be_ascii() -> None:
    app, heard = FastAPI(), set[str]()

    @app.get("/orders")
    async def read(tenant: Annotated[Literal["é"], Header()]) -> None:
        heard.add(tenant)

    await no_request_is_a_500(lambda: app, EXAMPLES)
    assert heard == {"é"}
