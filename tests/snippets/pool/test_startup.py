"""A pool opened in a startup handler."""

import logging

import pytest
from fastapi import FastAPI

from snippets.pool.naive_startup import create_app, first_answer, warm_up

DEPRECATED = "on_event is deprecated, use lifespan event handlers instead"


def app_with(dsn: str, lifespan: object) -> FastAPI:
    with pytest.warns(DeprecationWarning, match=DEPRECATED):
        return create_app(dsn, lifespan)  # type: ignore[arg-type]


async def test_startup_handlers_run_in_an_app_without_a_lifespan(dsn: str) -> None:
    app = app_with(dsn, None)
    assert await first_answer(app) == "42"
    assert app.state.pool.is_closing()


@pytest.mark.naive("snippets/pool/naive_startup.py")
async def test_a_lifespan_silently_disables_startup_handlers(
    dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_with(dsn, warm_up)
    with caplog.at_level(logging.DEBUG, logger="fastapi"):
        async with app.router.lifespan_context(app):
            assert not hasattr(app.state, "pool")
    assert caplog.records == []
    assert await first_answer(app) == "AttributeError: 'State' object has no attribute 'pool'"
