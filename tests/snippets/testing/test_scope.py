"""`ScopeMismatch`: what lives longer than what it is made of."""

import asyncio

import pytest

from snippets.testing import errors_scope as listing
from snippets.testing.running import outcomes
from tests.snippets.testing.conftest import Write

MISMATCH = (
    "ScopeMismatch: You tried to access the {} scoped fixture {}"
    " with a {} scoped request object. Requesting fixture stack:"
)
RUNNER = MISMATCH.format("function", "_function_scoped_runner", "session")
FIXTURE = """
    import asyncio
    import pytest, pytest_asyncio

    @pytest_asyncio.fixture({fixture})
    async def loop():
        return asyncio.get_running_loop()

    @pytest.mark.asyncio({mark})
    async def test_reading(loop):
        assert asyncio.get_running_loop() is loop
    """


def test_a_fixture_of_the_session_is_not_made_in_the_loop_of_a_test() -> None:
    assert outcomes(f"{listing.__file__}::test_reading", *listing.OPTIONS) == [RUNNER]


def test_with_one_loop_for_both_it_is_used() -> None:
    assert outcomes(f"{listing.__file__}::test_reading_shared", *listing.OPTIONS) == ["passed"]


def test_of_anyio_with_a_backend_of_the_session() -> None:
    assert outcomes(f"{listing.__file__}::test_reading_anyio", *listing.ANYIO) == ["passed"]


async def test_the_pool_of_the_listing_is_read_in_its_loop() -> None:
    async def made() -> listing.Pool:
        return listing.Pool()

    elsewhere = await asyncio.to_thread(asyncio.run, made())
    await listing.Pool().fetch()
    with pytest.raises(AssertionError):
        await elsewhere.fetch()


@pytest.mark.parametrize(
    ("fixture", "mark", "passes"),
    [
        ("scope='session', loop_scope='session'", "", False),
        ("scope='session', loop_scope='session'", "loop_scope='session'", True),
        ("scope='session', loop_scope='session'", "scope='session'", True),
        ("scope='module', loop_scope='session'", "loop_scope='session'", True),
        ("", "", True),
    ],
    ids=[
        "fixture alone",
        "both",
        "an older mark",
        "a wider loop",
        "of one test",
    ],
)
def test_both_must_name_one_loop(fixture: str, mark: str, passes: bool, write: Write) -> None:
    (said,) = outcomes(write(FIXTURE.format(fixture=fixture, mark=mark)), *listing.OPTIONS)
    assert (said == "passed") is passes
    assert not said.startswith("ScopeMismatch")


def test_without_the_setting_the_fixture_is_made_in_another_loop(write: Write) -> None:
    file = write(FIXTURE.format(fixture="scope='session'", mark=""))
    with pytest.warns(pytest.PytestDeprecationWarning, match="is unset"):
        (said,) = outcomes(file, *listing.OPTIONS[:4])
    assert said != "passed"
    assert not said.startswith("ScopeMismatch")


SESSION = (
    *listing.OPTIONS[:4],
    *("-o", "asyncio_default_fixture_loop_scope=session"),
    *("-o", "asyncio_default_test_loop_scope=session"),
)


def test_the_settings_do_it_for_all_tests(write: Write) -> None:
    file = write(FIXTURE.format(fixture="scope='session'", mark=""))
    assert outcomes(file, *SESSION) == ["passed"]
    assert outcomes(f"{listing.__file__}::test_reading", *SESSION) == ["passed"]


@pytest.mark.parametrize(("options", "left"), [(SESSION, "passed"), (listing.OPTIONS, "")])
def test_in_one_loop_for_all_a_task_that_is_left_goes_on(
    options: tuple[str, ...], left: str, write: Write
) -> None:
    file = write("""
        import asyncio, pytest
        tasks = []

        @pytest.mark.asyncio
        async def test_leaving():
            tasks.append(asyncio.create_task(asyncio.Event().wait()))

        @pytest.mark.asyncio
        async def test_next():
            assert not tasks[0].done()
        """)
    first, second = outcomes(file, *options)
    assert first == "passed"
    assert (second == "passed") is bool(left)


def test_a_loop_that_is_shorter_than_the_fixture_is_refused(write: Write) -> None:
    file = write(FIXTURE.format(fixture="scope='session', loop_scope='function'", mark=""))
    assert outcomes(file, *listing.OPTIONS) == [RUNNER]


def test_a_plain_fixture_under_the_decorator_is_refused_too(write: Write) -> None:
    """As in pytest-asyncio's issue 1175, after an update to 1.1."""
    source = """
        import pytest, pytest_asyncio

        @{}.fixture(scope="session")
        def address():
            return "localhost"

        def test_reading(address): ...
        """
    assert outcomes(write(source.format("pytest_asyncio")), *listing.OPTIONS) == [RUNNER]
    assert outcomes(write(source.format("pytest")), *listing.OPTIONS) == ["passed"]


def test_a_loop_of_ones_own_is_not_asked_for(write: Write) -> None:
    own = """
    @pytest.fixture(scope="session")
    def event_loop():
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()
    """
    source = FIXTURE.format(fixture="scope='session'", mark="")
    assert outcomes(write(source + own), *listing.OPTIONS) == [RUNNER]


@pytest.mark.parametrize("argument", ["anyio_backend", ""])
def test_without_a_backend_of_the_session_anyio_says_it_too(argument: str, write: Write) -> None:
    file = write(f"""
        import pytest

        @pytest.fixture(scope="session")
        async def pool({argument}):
            return 42

        @pytest.mark.anyio
        async def test_reading(pool): ...
        """)
    said = outcomes(file, *listing.ANYIO)
    assert said == [MISMATCH.format("module", "anyio_backend", "session")]


@pytest.mark.parametrize(("wanted", "longer"), [("tmp_path", "tmp_path_factory")])
def test_without_any_coroutine_it_is_a_fixture_that_lives_shorter(
    wanted: str, longer: str, write: Write
) -> None:
    source = """
        import pytest

        @pytest.fixture(scope="session")
        def database({0}):
            return {0}

        def test_reading(database): ...
        """
    said = outcomes(write(source.format(wanted)))
    assert said == [MISMATCH.format("function", wanted, "session")]
    assert outcomes(write(source.format(longer))) == ["passed"]
