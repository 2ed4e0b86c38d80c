"""`async def functions are not natively supported.`, and who supports them."""

import shutil
from pathlib import Path

import pytest

from lab.repository import ROOT
from snippets.testing import errors_async_test as listing
from snippets.testing.running import outcomes
from tests.snippets.testing.conftest import Run, Write

NATIVELY = "async def functions are not natively supported."
PLUGINS = (
    "You need to install a suitable plugin for your async framework, for example:\n"
    "  - anyio\n  - pytest-asyncio\n"
)
ASYNCIO = (*listing.ASYNCIO, *listing.LOOPS)
AUTO = (*listing.AUTO, *listing.LOOPS)
NOT_SO = "async def test_placing():\n    assert False\n"


@pytest.mark.parametrize("options", [(), ASYNCIO, listing.ANYIO], ids=["none", "asyncio", "anyio"])
def test_without_a_mark_or_a_plugin_it_fails_and_does_not_run(options: tuple[str, ...]) -> None:
    assert outcomes(f"{listing.__file__}::test_placing", *options) == [NATIVELY]


def test_it_names_the_plugins(write: Write, run: Run) -> None:
    write(NOT_SO)
    assert f"{NATIVELY}\n{PLUGINS}" in run("--disable-plugin-autoload")


@pytest.mark.parametrize(
    ("test", "options"), [("test_placing", AUTO), ("test_placing_marked", ASYNCIO)]
)
def test_with_a_plugin_that_may_it_runs(test: str, options: tuple[str, ...]) -> None:
    assert outcomes(f"{listing.__file__}::{test}", *options) == ["passed"]


@pytest.mark.parametrize(
    "options", [AUTO, (*listing.ANYIO, "-o", "anyio_mode=auto")], ids=["asyncio", "anyio"]
)
def test_it_really_runs(options: tuple[str, ...], write: Write) -> None:
    assert outcomes(write("async def test_placing(): ...\n"), *options) == ["passed"]
    assert outcomes(write(NOT_SO), *options) not in (["passed"], [NATIVELY])


async def test_the_coroutines_of_the_listing() -> None:
    await listing.test_placing()
    await listing.test_placing_marked()


def test_the_setting_that_is_shown_works_in_pyproject(
    write: Write, run: Run, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "snippets/testing/auto.toml", tmp_path / "pyproject.toml")
    write(NOT_SO)
    plugin = ("--disable-plugin-autoload", "-p", "asyncio")
    assert "E       assert False" in run(*plugin)
    # The first of these files is read, and no other.
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    printed = run("-v", *plugin)
    assert NATIVELY in printed
    assert "\nconfigfile: pytest.ini" in printed


def test_in_another_table_the_setting_is_not_read(write: Write, run: Run, tmp_path: Path) -> None:
    text = (ROOT / "snippets/testing/auto.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text.replace("pytest.ini", "pytest_ini"))
    write(NOT_SO)
    assert NATIVELY in run("--disable-plugin-autoload", "-p", "asyncio")


@pytest.mark.parametrize("off", ["-pno:asyncio", "--disable-plugin-autoload"])
def test_a_plugin_that_is_off_does_nothing(off: str, write: Write, run: Run) -> None:
    write("import pytest\n@pytest.mark.asyncio\nasync def test_placing(): ...\n")
    printed = run(off)
    assert NATIVELY in printed
    assert "PytestUnknownMarkWarning: Unknown pytest.mark.asyncio - is this a typo?" in printed
    assert "1 failed" in printed


def test_the_head_of_a_run_says_which_plugins_are_there(write: Write, run: Run) -> None:
    write(NOT_SO)
    alone = ("-v", "--disable-plugin-autoload")
    heads = [run(*alone, *on).partition("collected")[0] for on in (("-pasyncio",), ())]
    assert ["asyncio-" in head for head in heads] == [True, False]
    assert ["\nasyncio: mode=Mode.STRICT," in head for head in heads] == [True, False]


def test_a_wrapper_that_is_not_async_hides_the_coroutine(write: Write) -> None:
    """As a decorator of one's own, with `functools.wraps`."""
    file = write("""
        import functools

        def logged(test):
            @functools.wraps(test)
            def wrapper():
                return test()
            return wrapper

        @logged
        async def test_placing(): ...
        """)
    assert outcomes(file, *AUTO, "-W", "ignore") == [NATIVELY]
    assert outcomes(
        write(
            Path(file)
            .read_text()
            .replace("    def wrapper", "    async def wrapper")
            .replace("return test()", "return await test()")
        ),
        *AUTO,
    ) == ["passed"]


FIXTURE = """
    import pytest, pytest_asyncio

    @{module}.fixture
    async def order():
        return 7

    @pytest.mark.asyncio
    async def test_placing(order):
        assert order == 7
    """


def test_an_async_fixture_of_pytest_alone_says_so_in_other_words(write: Write) -> None:
    (said,) = outcomes(write(FIXTURE.format(module="pytest")), *ASYNCIO)
    assert said == (
        "'test_placing' requested an async fixture 'order', with no plugin or hook that handled it."
        " This is an error, as pytest does not natively support it."
    )
    assert outcomes(write(FIXTURE.format(module="pytest_asyncio")), *ASYNCIO) == ["passed"]
    assert outcomes(write(FIXTURE.format(module="pytest")), *AUTO) == ["passed"]


def test_a_test_that_runs_its_own_loop_needs_no_plugin(write: Write) -> None:
    file = write("""
        import asyncio

        async def place():
            return 7

        def test_placing():
            assert asyncio.run(place()) == 7
        """)
    assert outcomes(file) == ["passed"]


@pytest.mark.parametrize(
    ("base", "passes"), [("TestCase", True), ("IsolatedAsyncioTestCase", False)]
)
def test_an_async_method_of_a_test_case_passes_and_does_not_run(
    base: str, passes: bool, write: Write
) -> None:
    file = write(f"""
        import unittest

        class TestPlacing(unittest.{base}):
            async def test_placing(self):
                raise AssertionError
        """)
    (outcome,) = outcomes(file, *AUTO, "-W", "ignore")
    assert (outcome == "passed") is passes


def test_a_test_that_yields_is_not_run_in_auto_mode_either(write: Write) -> None:
    assert outcomes(write("async def test_placing():\n    assert False\n    yield\n"), *AUTO) == []
