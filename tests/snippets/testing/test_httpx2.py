"""What `TestClient` says without httpx2, and what is another with it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.exceptions import StarletteDeprecationWarning

from snippets.testing import errors_httpx2 as listing

WARNING = "Using `httpx` with `starlette.testclient` is deprecated; install `httpx2` instead."
app = FastAPI()


@app.get("/orders")
async def read() -> list[str]:
    return ["tea"]


def test_with_httpx_alone_the_import_warns() -> None:
    assert listing.import_as_if(listing.ONLY_HTTPX) == WARNING


def test_with_neither_it_raises() -> None:
    said = "The starlette.testclient module requires the httpx2 package to be installed."
    assert listing.import_as_if(listing.NEITHER) == said


def test_with_httpx2_it_says_nothing_and_its_answers_are_of_that() -> None:
    assert listing.import_as_if({}) == "httpx2"


async def test_a_client_with_a_transport_needs_no_testclient() -> None:
    assert await listing.status(app, "/orders") == 200


def test_it_does_not_import_testclient() -> None:
    code = (
        "import sys; sys.modules['httpx2'] = None\n"
        "import snippets.testing.errors_httpx2\n"
        "print('starlette.testclient' in sys.modules)"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_it_is_no_deprecation_warning_of_python() -> None:
    assert issubclass(StarletteDeprecationWarning, UserWarning)
    assert not issubclass(StarletteDeprecationWarning, DeprecationWarning)


COLLECTED = """
import sys
sys.modules["httpx2"] = None
from fastapi.testclient import TestClient

def test_nothing() -> None: ...
"""


def summary(directory: Path, ini: str) -> str:
    """The last line of a run in which httpx2 is not there."""
    (directory / "test_orders.py").write_text(COLLECTED, encoding="utf-8")
    (directory / "pytest.ini").write_text(f"[pytest]\nfilterwarnings =\n{ini}", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--disable-plugin-autoload",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, "-q"], cwd=directory, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()[-1].partition(" in ")[0]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ("    error\n", "1 error"),  # as in Vultron's issue 985
        ("    ignore::DeprecationWarning\n", "1 passed, 1 warning"),
        ("    error\n    ignore:Using .httpx. with:UserWarning\n", "1 passed"),
    ],
    ids=["errors", "another class", "the text"],
)
def test_filters_of_pytest(filters: str, said: str, tmp_path: Path) -> None:
    assert summary(tmp_path, filters) == said


def test_an_error_of_an_answer_is_httpx2s() -> None:
    with TestClient(app) as client:
        answer: Any = client.get("/nothing")
    with pytest.raises(httpx2.HTTPStatusError) as raised:
        answer.raise_for_status()
    assert not isinstance(raised.value, httpx.HTTPError)
    assert not isinstance(answer, httpx.Response)


@pytest.mark.parametrize(
    "given",
    [
        {"url": httpx.URL("/orders")},
        {"url": "/orders", "auth": httpx.BasicAuth("user", "password")},
    ],
    ids=["a URL", "an auth"],
)
def test_objects_of_httpx_are_refused(given: dict[str, Any]) -> None:
    client: Any = TestClient(app)
    with pytest.raises(TypeError, match=r"^Invalid "):
        client.get(**given)


async def test_a_client_of_one_does_not_take_a_transport_of_the_other() -> None:
    transport: Any = httpx.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(AssertionError):
            await client.get("/orders")


async def test_httpx2_alone_asks_as_httpx_does() -> None:
    transport: Any = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/orders")).json() == ["tea"]
