"""`Worker failed to boot.`: what gunicorn says before it, and what is something else."""

import os
import signal
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from snippets.serving import errors_worker_boot as listing
from tests.snippets.serving.conftest import Start, Write, until

COMMAND = ("gunicorn", "-b", "127.0.0.1:0", "--no-control-socket", "-k", "asgi")
BOOT = "[ERROR] Reason: Worker failed to boot."
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
WITHOUT = {name: text for name, text in os.environ.items() if name != "ORDERS_URL"}
GIVEN = WITHOUT | {"ORDERS_URL": listing.ORDERS_URL}


def test_the_application_wants_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_URL", raising=False)
    with pytest.raises(KeyError, match="ORDERS_URL"):
        listing.create_app()


async def test_with_it_the_application_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_URL", listing.ORDERS_URL)
    transport = httpx.ASGITransport(app=listing.create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/")).json() == listing.ORDERS_URL


def test_the_reason_stands_above_the_last_lines() -> None:
    log = listing.start(WITHOUT)
    assert log[-3:] == ["Shutting down: Master", "Reason: Worker failed to boot.", "exit 3"]
    assert log.index("Exception in worker process") < log.index("KeyError: 'ORDERS_URL'")


def test_with_the_variable_it_listens_and_ends_when_it_is_told_to() -> None:
    assert listing.start(GIVEN)[-1] == "exit 0"


def test_the_check_says_it_before_a_server_starts() -> None:
    assert listing.check(WITHOUT) == "exit 1 KeyError: 'ORDERS_URL'"
    assert listing.check(GIVEN) == "exit 0"


SETTINGS = """
from fastapi import FastAPI
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    orders_url: str

settings = Settings()
app = FastAPI()
"""
MISSING = (
    "ValidationError: 1 validation error for Settings\n"
    "orders_url\n"
    "  Field required [type=missing, input_value={}, input_type=dict]\n"
)


def test_the_check_says_all_of_an_error_that_has_several_lines(
    write: Write, tmp_path: Path
) -> None:
    """Its last line is an address of Pydantic's manual."""
    write("settings.py", SETTINGS)
    checked = listing.check(WITHOUT | {"PYTHONPATH": str(tmp_path)}, "settings:app")
    assert checked.startswith("exit 1 pydantic_core._pydantic_core.")
    assert MISSING in checked


def test_of_two_errors_the_check_says_the_last(write: Write, tmp_path: Path) -> None:
    raised = "try:\n    {}['x']\nexcept KeyError:\n    raise RuntimeError('no tea')\n"
    write("chained.py", raised)
    checked = listing.check(WITHOUT | {"PYTHONPATH": str(tmp_path)}, "chained:app")
    assert checked == "exit 1 RuntimeError: no tea"


def test_where_nothing_failed_it_says_no_warning_either(write: Write, tmp_path: Path) -> None:
    write("warned.py", f"import warnings\nwarnings.warn('old')\n{APP}")
    checked = listing.check(WITHOUT | {"PYTHONPATH": str(tmp_path)}, "warned:app")
    assert checked == "exit 0"


def test_preload_says_it_once_and_last() -> None:
    log = listing.start(WITHOUT, "--preload", "--workers=4")
    assert log[-2:] == ["KeyError: 'ORDERS_URL'", "exit 1"]
    assert log.count("KeyError: 'ORDERS_URL'") == 1


def test_more_workers_say_it_more_than_once() -> None:
    log = listing.start(WITHOUT, "--workers=2", "--timeout=300")
    assert any("Worker failed to boot." in line for line in log[-3:])
    assert log[-1] in {"exit 3", "exit 1"}  # 1 if another fails while it gives up


FAILING = """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    raise ConnectionRefusedError("no database")
    yield

app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("module", "target", "said"),
    [
        (SETTINGS, "main:app", MISSING),
        (APP, "mian:app", "ModuleNotFoundError: No module named 'mian'"),
        (APP, "main.py:app", "ImportError: Failed to find application, did you mean 'main:app'?"),
        ("import not_installed\n", "main:app", "No module named 'not_installed'"),
        (FAILING, "main:app", "ConnectionRefusedError: no database"),
        ("app = (\n", "main:app", "SyntaxError: '(' was never closed"),
    ],
    ids=[
        "a setting",
        "another directory",
        "a file",
        "a package that is missing",
        "the lifespan",
        "syntax",
    ],
)
def test_what_keeps_a_worker_from_booting(
    module: str, target: str, said: str, write: Write, start: Start
) -> None:
    write("main.py", module)
    process = start(*COMMAND, target)
    printed, _ = process.communicate(timeout=50)
    assert process.returncode == 3
    assert printed.splitlines()[-1].endswith(BOOT)
    above, _, below = printed.partition("Traceback (most recent call last):")
    assert said in below.partition(BOOT)[0]
    began = "ASGI lifespan startup failed" if module == FAILING else "Exception in worker process"
    assert began in above


def test_the_check_does_not_run_the_lifespan(write: Write, start: Start) -> None:
    write("main.py", FAILING)
    process = start(*COMMAND, "--check-config", "main:app")
    process.communicate(timeout=50)
    assert process.returncode == 0


def test_a_name_that_is_not_there_has_a_text_of_its_own(write: Write, start: Start) -> None:
    write("main.py", APP)
    process = start(*COMMAND, "main:api")
    printed, _ = process.communicate(timeout=50)
    assert process.returncode == 4
    assert "Failed to find attribute 'api' in 'main'." in printed
    assert printed.splitlines()[-1].endswith("[ERROR] Reason: App failed to load.")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import sys\nsys.exit(1)\n", "exited with code 1."),
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
            "was sent SIGKILL! Perhaps out of memory?",
        ),
    ],
    ids=["sys.exit", "killed"],
)
def test_what_ends_otherwise_is_started_again_and_again(
    module: str, said: str, write: Write, start: Start
) -> None:
    write("main.py", module)
    process = start(*COMMAND, "main:app")
    for _ in range(3):
        assert said in until(process, said)
    assert process.poll() is None


def test_a_worker_class_that_is_not_there_ends_it_before_any_worker(
    write: Write, start: Start
) -> None:
    write("main.py", APP)
    process = start("gunicorn", "-k", "uvicorn_worker.UvicornWorker", "main:app")
    printed, _ = process.communicate(timeout=50)
    assert "class uri 'uvicorn_worker.UvicornWorker' invalid or not found" in printed
    assert process.returncode == 1


def test_without_a_worker_class_it_boots_and_answers_500(write: Write, start: Start) -> None:
    write("main.py", APP)
    process = start("gunicorn", "-b", "127.0.0.1:0", "--no-control-socket", "main:app")
    line = until(process, "Listening at: ").splitlines()[-1]
    address = line.partition("Listening at: ")[2].partition(" ")[0]
    until(process, "Booting worker")
    assert httpx.get(address, timeout=30).status_code == 500
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=50)
    assert "missing 1 required positional argument: 'send'" in printed


def test_an_application_is_what_it_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_URL", "x")
    assert isinstance(listing.create_app(), FastAPI)
