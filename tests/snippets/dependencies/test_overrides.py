"""Dependencies that tests replace."""

from unittest.mock import Mock

import pytest
from fastapi import Depends, FastAPI, HTTPException

from snippets.dependencies import naive_overrides, overrides
from snippets.dependencies.account import create_app, current_user
from snippets.dependencies.asked import ask


@pytest.mark.naive("snippets/dependencies/naive_overrides.py")
async def test_an_override_misses_parts_takes_queries_and_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await naive_overrides.try_overrides()

    assert capsys.readouterr().out.splitlines() == [
        "mounted: 401",
        "a mock: 422",
        'a parameter: 200 "root"',
        'the next test: 200 "test"',
    ]


async def test_an_override_reaches_parts_takes_nothing_and_ends() -> None:
    app = create_app()
    with overrides.overridden(app, current_user, "test"):
        assert await ask(app, "/admin/me") == '200 "test"'
        assert await ask(app, "/me?user=root") == '200 "test"'
    assert await ask(app, "/me") == "401"
    assert await ask(app, "/admin/me") == "401"


async def test_an_override_within_another_gives_that_back() -> None:
    app = create_app()
    with overrides.overridden(app, current_user, "outer"):
        with overrides.overridden(app, current_user, "inner"):
            assert await ask(app, "/me") == '200 "inner"'
        assert await ask(app, "/me") == '200 "outer"'


async def test_an_override_ends_when_the_test_fails() -> None:
    app = create_app()
    with pytest.raises(AssertionError), overrides.overridden(app, current_user, "test"):
        raise AssertionError
    assert await ask(app, "/me") == "401"


async def test_a_value_that_can_be_called_is_not() -> None:
    app = create_app()
    mock = Mock()
    with overrides.overridden(app, current_user, mock):
        part, _ = overrides.parts(app)
        assert part.dependency_overrides[current_user]() is mock
    mock.assert_not_called()


async def test_an_equal_callable_is_another_dependency() -> None:
    class Role:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self) -> None:
            raise HTTPException(403)

    app = FastAPI()

    @app.get("/", dependencies=[Depends(Role("admin"))])
    async def read() -> None: ...

    with overrides.overridden(app, Role("admin"), None):
        assert await ask(app, "/") == "403"
