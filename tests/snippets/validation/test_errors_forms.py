"""What FastAPI says where no form can be read, and what it says then to whoever tries."""

import re
import sys
from collections.abc import Callable
from importlib.metadata import requires
from typing import Annotated, Any
from unittest.mock import patch

import httpx
import pytest
import starlette.formparsers
import starlette.requests
from fastapi import APIRouter, Body, Depends, FastAPI, File, Form, Request, UploadFile
from fastapi.security import OAuth2PasswordRequestForm

from snippets.validation import errors_forms as forms

NEEDED = 'Form data requires "python-multipart" to be installed.'
REFUSED = httpx.codes.UNPROCESSABLE_ENTITY


def taking(annotation: Any) -> Callable[..., Any]:
    """An endpoint with one parameter."""

    async def endpoint(taken: Any) -> None: ...

    endpoint.__annotations__["taken"] = annotation
    return endpoint


def test_an_upload_is_not_declared_without_the_package() -> None:
    with (
        patch.dict(sys.modules, forms.NOTHING),
        pytest.raises(RuntimeError, match=f"^{NEEDED} \nYou can install"),
    ):
        forms.create_app()


def test_another_package_is_not_that_one() -> None:
    text = re.escape(f'{NEEDED} It seems you installed "multipart" instead. \n')
    with (
        patch.dict(sys.modules, forms.NOTHING | {"multipart": forms.ANOTHER}),
        pytest.raises(RuntimeError, match=f"^{text}"),
    ):
        forms.create_app()


async def test_with_it_the_upload_is_read() -> None:
    answer = await forms.upload(forms.create_app())
    assert (answer.status_code, answer.json()) == (httpx.codes.OK, 5)


def test_the_other_package_does_not_disturb_it() -> None:
    with patch.dict(sys.modules, {"multipart": forms.ANOTHER}):
        forms.create_app()


@pytest.mark.parametrize(
    "annotation",
    [
        UploadFile,
        Annotated[bytes, File()],
        Annotated[str, Form()],
        Annotated[OAuth2PasswordRequestForm, Depends()],
        Annotated[None, Depends(taking(Annotated[str, Form()]))],
    ],
)
def test_what_is_a_form(annotation: Any) -> None:
    router = APIRouter()
    with patch.dict(sys.modules, forms.NOTHING), pytest.raises(RuntimeError, match=NEEDED):
        router.post("/")(taking(annotation))
    router.post("/")(taking(annotation))


def test_fastapi_alone_does_not_bring_it() -> None:
    needed = [one for one in requires("fastapi") or () if one.startswith("python-multipart")]
    assert needed
    assert all("extra ==" in one for one in needed)
    assert any('extra == "standard"' in one for one in needed)


async def test_a_form_that_is_read_by_hand_fails_in_the_request() -> None:
    app = FastAPI()

    @app.post("/pictures")
    async def keep(request: Request) -> int:
        async with request.form() as form:
            return len(form)

    assert (await forms.upload(app)).json() == 1
    text = "^The `python-multipart` library must be installed to use form parsing.$"
    with (
        patch.object(starlette.requests, "parse_options_header", None),
        pytest.raises(AssertionError, match=text),
    ):
        await forms.upload(app)


async def post(app: FastAPI, **arguments: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post("/", **arguments)


async def test_a_media_type_is_documentation() -> None:
    app = FastAPI()
    body = Body(embed=True, media_type="application/x-www-form-urlencoded")
    app.post("/")(taking(Annotated[str, body]))
    assert (await post(app, data={"taken": "1"})).status_code == REFUSED


async def test_without_form_it_is_a_parameter_of_the_query() -> None:
    app = FastAPI()
    app.post("/")(taking(str))
    answer = await post(app, data={"taken": "1"})
    assert answer.json()["detail"][0]["loc"] == ["query", "taken"]
    assert (await post(app, params={"taken": "1"})).status_code == httpx.codes.OK


async def test_a_route_that_was_not_declared_is_not_there() -> None:
    app = FastAPI()
    with patch.dict(sys.modules, forms.NOTHING), pytest.raises(RuntimeError, match=NEEDED):
        app.post("/")(taking(UploadFile))
    assert (await post(app)).status_code == httpx.codes.NOT_FOUND


def test_reported_of_a_server_of_models() -> None:
    """sgl-project/sglang, pull request 895: an upload with a field beside it."""

    async def upload(file: UploadFile = File(...), purpose: str = Form("batch")) -> None: ...  # noqa: B008

    with patch.dict(sys.modules, forms.NOTHING), pytest.raises(RuntimeError, match=NEEDED):
        FastAPI().post("/v1/files")(upload)
    FastAPI().post("/v1/files")(upload)
