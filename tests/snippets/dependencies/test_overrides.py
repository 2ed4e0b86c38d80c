"""Dependencies that tests replace."""

from dataclasses import dataclass
from unittest.mock import Mock

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from starlette.middleware.cors import CORSMiddleware

from snippets.dependencies import naive_overrides, overrides
from snippets.dependencies.account import User, create_app, current_user
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


class Role:
    """Two of the same name are not equal."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> None:
        """Refuse."""
        raise HTTPException(403)


@dataclass(frozen=True)
class EqualRole:
    """Two of the same name are equal."""

    name: str

    def __call__(self) -> None:
        """Refuse."""
        raise HTTPException(403)


@pytest.mark.parametrize(("role", "told"), [(Role, "403"), (EqualRole, "200 null")])
async def test_an_override_is_found_by_equality(role: type[Role | EqualRole], told: str) -> None:
    app = FastAPI()

    @app.get("/", dependencies=[Depends(role("admin"))])
    async def read() -> None: ...

    with overrides.overridden(app, role("admin"), None):
        assert await ask(app, "/") == told


async def test_an_override_reaches_what_a_router_mounts_and_what_a_middleware_wraps() -> None:
    app, router, routed, wrapped = FastAPI(), APIRouter(), FastAPI(), FastAPI()
    for part in (routed, wrapped):

        @part.get("/me")
        async def read_me(user: User) -> str:
            return user

    router.mount("/routed", routed)
    app.include_router(router, prefix="/v1")
    app.mount("/wrapped", CORSMiddleware(wrapped))

    with overrides.overridden(app, current_user, "test"):
        assert await ask(app, "/v1/routed/me") == '200 "test"'
        assert await ask(app, "/wrapped/me") == '200 "test"'
    assert await ask(app, "/v1/routed/me") == "401"
