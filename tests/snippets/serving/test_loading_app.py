"""`Error loading ASGI app`: what uvicorn takes for a module, and for a name in it."""

import pytest
from fastapi import FastAPI

from snippets.serving import errors_loading_app as listing
from tests.snippets.serving.conftest import Start, Write, until

ERROR = "ERROR:    Error loading ASGI app. "
NO_MODULE = ERROR + 'Could not import module "{}".'
NO_NAME = ERROR + 'Attribute "{}" not found in module "{}".'
NO_COLON = ERROR + 'Import string "{}" must be in format "<module>:<attribute>".'
APP = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("main:app", NO_MODULE.format("main")),
        ("shop.mian:app", NO_MODULE.format("shop.mian")),
        ("shop/main:app", NO_MODULE.format("shop/main")),
        ("shop/main.py:app", "ModuleNotFoundError(\"No module named 'shop/main'\")"),
        ("shops.main:app", "ModuleNotFoundError(\"No module named 'shops'\")"),
        ("shop.main:api", NO_NAME.format("api", "shop.main")),
        ("shop.main:create_app()", NO_NAME.format("create_app()", "shop.main")),
        ("shop:app", NO_NAME.format("app", "shop")),
        ("shop.main", NO_COLON.format("shop.main")),
        ("shop.main.app", NO_COLON.format("shop.main.app")),
        ("shop.main:app", "loads"),
        ("shop.main:create_app", "loads"),
    ],
)
def test_what_it_says_of_a_name(target: str, text: str) -> None:
    with listing.project():
        assert listing.said(target) == text


def test_the_file_itself_is_no_module() -> None:
    with listing.project() as directory:
        (directory / "main.py").write_text(APP, encoding="utf-8")
        assert listing.said("main.py:app") == NO_MODULE.format("main.py")
        assert listing.said("main:app") == "loads"


def test_it_exits_with_3() -> None:
    with listing.project(), pytest.raises(SystemExit) as exited:
        listing.load("main:app")
    assert exited.value.code == 3


def test_what_it_loads_is_the_application() -> None:
    with listing.project():
        loaded = listing.load("shop.main:app")
        assert isinstance(getattr(loaded, "app", loaded), FastAPI)


def test_a_name_that_is_imported_already_is_another_module() -> None:
    """`logging.py` beside it is never read."""
    with listing.project() as directory:
        (directory / "logging.py").write_text(APP, encoding="utf-8")
        assert listing.said("logging:app") == NO_NAME.format("app", "logging")


def test_what_the_module_itself_cannot_import_is_a_traceback() -> None:
    with listing.project() as directory:
        (directory / "orders.py").write_text("import not_installed\n", encoding="utf-8")
        said = listing.said("orders:app")
    assert said == "ModuleNotFoundError(\"No module named 'not_installed'\")"


def test_from_another_directory_it_needs_app_dir(write: Write, start: Start) -> None:
    """As in FastAPI's issue 1004: the file is on the desktop, and the shell is not."""
    write("desktop/main.py", APP)
    printed, _ = start("uvicorn", "main:app", "--port", "0").communicate(timeout=30)
    assert printed == NO_MODULE.format("main") + "\n"
    there = start("uvicorn", "main:app", "--port", "0", "--app-dir", "desktop")
    assert "Uvicorn running on" in until(there, "Uvicorn running on")


def test_a_name_that_only_the_main_program_has_is_not_there() -> None:
    with listing.project() as directory:
        guarded = 'from fastapi import FastAPI\nif __name__ == "__main__":\n    app = FastAPI()\n'
        (directory / "guarded.py").write_text(guarded, encoding="utf-8")
        assert listing.said("guarded:app") == NO_NAME.format("app", "guarded")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("from shop import settings", "ModuleNotFoundError: No module named 'shop'"),
        (
            "from . import settings",
            "ImportError: attempted relative import with no known parent package",
        ),
    ],
    ids=["absolute", "relative"],
)
def test_modules_are_then_found_from_there_and_not_from_here(
    line: str, said: str, write: Write, start: Start
) -> None:
    write("shop/main.py", f"{line}\n{APP}")
    write("shop/settings.py", "")
    inside = start("uvicorn", "main:app", "--port", "0", "--app-dir", "shop")
    printed, _ = inside.communicate(timeout=30)
    assert inside.returncode == 1
    assert printed.splitlines()[-1] == said
    above = start("uvicorn", "shop.main:app", "--port", "0")
    assert "Uvicorn running on" in until(above, "Uvicorn running on")


def test_an_init_file_makes_no_difference(write: Write, start: Start) -> None:
    write("shop/__init__.py", "")
    write("shop/main.py", APP)
    printed, _ = start("uvicorn", "main:app", "--port", "0").communicate(timeout=30)
    assert printed == NO_MODULE.format("main") + "\n"


def test_with_workers_the_parent_ends_well(start: Start) -> None:
    process = start("uvicorn", "main:app", "--port", "0", "--workers", "2")
    printed, _ = process.communicate(timeout=50)
    assert NO_MODULE.format("main") in printed
    assert "failed to start, stopping the parent process" in printed
    assert process.returncode == 0


def test_with_reload_it_waits_for_a_change(write: Write, start: Start) -> None:
    process = start("uvicorn", "main:app", "--port", "0", "--reload")
    assert NO_MODULE.format("main") in until(process, "Error loading")
    assert process.poll() is None
