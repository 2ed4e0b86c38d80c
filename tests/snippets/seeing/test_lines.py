"""What stands in a line of the log, when it is written, and what a statement may carry."""

import json

import pytest

from snippets.seeing import comments, layers, lines, naive_comments, naive_layers, naive_lines
from snippets.seeing.begun import tasks_begun
from snippets.seeing.prepared import REQUESTS, prepared_after
from snippets.seeing.printed import Lines, printed
from snippets.seeing.served import served


@pytest.mark.naive("snippets/seeing/naive_lines.py")
async def test_a_middleware_of_tasks_does_not_see_what_the_endpoint_found_out() -> None:
    kept = [json.loads(line) for line in (await printed(naive_lines.create_app)).splitlines()]
    assert [line["account"] for line in kept if line["event"] != "mail"] == ["unknown"] * 2
    assert [line["account"] for line in kept if line["event"] == "mail"] == ["ada"]


async def test_a_line_has_what_endpoint_and_thread_found_out_and_comes_before_the_mail() -> None:
    kept = [json.loads(line) for line in (await printed(lines.create_app)).splitlines()]
    assert kept == [
        {"event": "/orders", "request": "orders", "account": "ada", "status": "200"},
        {"event": "mail", "request": "orders", "account": "ada", "status": "200"},
        {"event": "/threaded", "request": "threaded", "account": "ada", "status": "200"},
    ]


@pytest.mark.parametrize("sent", ["a" * 65, "line\tbreak", "", "{}"])
async def test_a_name_that_may_not_stand_in_a_log_is_replaced(sent: str) -> None:
    kept = Lines()
    async with served(lines.create_app(kept)) as client:
        await client.get("/threaded", headers={"x-request-id": sent})
    (line,) = map(json.loads, kept.kept)
    assert len(line["request"]) == 32


async def test_a_failure_has_one_line_too_and_an_unknown_path() -> None:
    kept = Lines()
    app = lines.create_app(kept)

    @app.get("/failing")
    async def failing() -> None:
        raise LookupError

    async with served(app) as client:
        await client.get("/failing")
        await client.get("/nothing")
    events = [(line["event"], line.get("status")) for line in map(json.loads, kept.kept)]
    assert events == [("/failing", None), ("/nothing", "404")]


@pytest.mark.naive("snippets/seeing/naive_comments.py")
async def test_the_id_of_a_request_in_a_comment_prepares_each_statement_anew(dsn: str) -> None:
    naive = (naive_comments.remember, naive_comments.add_comments)
    assert len(await prepared_after(dsn, *naive)) == REQUESTS


async def test_statements_that_nobody_will_send_again_stay_prepared(dsn: str) -> None:
    """SQLAlchemy keeps 100 for a connection, and looks whether it has more at 150."""
    naive = (naive_comments.remember, naive_comments.add_comments)
    prepared = await prepared_after(dsn, *naive, requests=2 * REQUESTS)
    assert REQUESTS <= len(prepared) <= REQUESTS * 3 // 2


async def test_a_route_in_a_comment_prepares_it_once(dsn: str) -> None:
    (statement,) = await prepared_after(dsn, comments.remember, comments.add_comments)
    assert statement == "SELECT 42 /* route=/orders/{number} */"


@pytest.mark.naive("snippets/seeing/naive_layers.py")
async def test_each_layer_of_base_http_middleware_begins_a_task() -> None:
    assert await tasks_begun(naive_layers.create_app()) == naive_layers.LAYERS


async def test_a_layer_of_pure_asgi_begins_none() -> None:
    assert await tasks_begun(layers.create_app()) == 0
