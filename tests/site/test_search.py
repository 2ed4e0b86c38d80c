"""Search opens by a key, finds what readers paste, and costs nothing until then.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.site.pasted import CLOSED, DEADLOCK, PASTED, QUEUE_POOL_TRACEBACK, SUBJECTS, TERMS

ARTICLE = "your-connection-pool-is-a-queue/"


@pytest.fixture
def page(window: Page, address: str) -> Page:
    """The front page."""
    window.goto(address)
    return window


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
            "errors/queuepool-limit-reached-connection-timed-out/",
        ),
        ("probability_of_waiting", ARTICLE),
        ("conection pool", ARTICLE),
    ],
    ids=["an error message pasted whole", "a function of a listing", "a word with a typo"],
)
def test_it_finds(page: Page, query: str, found: str) -> None:
    page.keyboard.press("/")
    page.locator("dialog input").fill(query)
    expect(page.locator(f'dialog .search__results a[href$="/{found}"]').first).to_be_visible()


@pytest.fixture(scope="module")
def judged(context: BrowserContext, address: str, site: Path) -> dict[str, Any]:
    """For each query, the error pages that belong to it, and whether it looks like a message."""
    (module,) = (site / "assets").glob("messages.*.js")
    page = context.new_page()
    page.goto(address)
    queries = [*(query for query, _ in PASTED), *SUBJECTS, *TERMS]
    answers = page.evaluate(
        """async ([address, queries]) => {
            const { belonging, likeMessage } = await import(address);
            const { pages } = await (await fetch("messages.json")).json();
            return queries.map((query) =>
                [belonging(query, pages).map((page) => page.url), likeMessage(query)]);
        }""",
        [f"{address}assets/{module.name}", queries],
    )
    page.close()
    return dict(zip(queries, answers, strict=True))


def test_what_readers_paste_leads_to_its_page_or_to_none(judged: dict[str, Any]) -> None:
    assert len(PASTED) >= 60
    found = {query: next(iter(judged[query][0]), None) for query, _ in PASTED}
    assert found == {query: page and f"errors/{page}/" for query, page in PASTED}


def test_a_message_without_a_page_is_known_for_one(judged: dict[str, Any]) -> None:
    assert [query for query, page in PASTED if not page and not judged[query][1]] == []


def test_a_subject_is_no_message(judged: dict[str, Any]) -> None:
    assert {query: judged[query] for query in SUBJECTS} == {
        query: [[], False] for query in SUBJECTS
    }


def test_every_error_page_is_in_the_table_and_no_other_is(site: Path) -> None:
    declared = json.loads((site / "messages.json").read_text(encoding="utf-8"))["pages"]
    pasted = {f"errors/{page}/" for _, page in PASTED if page}
    assert pasted == {page["url"] for page in declared}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (QUEUE_POOL_TRACEBACK, "queuepool-limit-reached-connection-timed-out"),
        ("deadlock detected", DEADLOCK),
        ("connection was closed in the middle of operation", CLOSED),
    ],
    ids=["a traceback", "words of an article, too", "the title"],
)
def test_the_error_page_stands_first(window: Page, address: str, query: str, found: str) -> None:
    window.goto(f"{address}search/?q={quote(query)}")
    first = window.locator("main .search__results a").first
    expect(first).to_have_attribute("href", f"/errors/{found}/")


def test_without_a_page_it_says_so_and_asks_to_be_told(page: Page) -> None:
    page.keyboard.press("/")
    page.locator("dialog input").fill("OSError: [Errno 24] Too many open files")
    status = page.locator("dialog .search__status")
    expect(status).to_contain_text("No page for this message")
    expect(status.get_by_role("link", name="Tell us")).to_have_attribute(
        "href", re.compile(r"/issues/new\?.*title=OSError")
    )


def test_a_term_of_the_field_is_not_taken_for_a_typo(page: Page) -> None:
    page.keyboard.press("/")
    status = page.locator("dialog .search__status")
    said = {}
    for term in TERMS:
        page.locator("dialog input").fill("")
        expect(status).to_be_empty()
        page.locator("dialog input").fill(term)
        expect(status).not_to_be_empty()
        said[term] = status.inner_text().replace(f"for “{term}”", "")
    assert {term: text for term, text in said.items() if " for “" in text} == {}


def test_it_is_used_by_keys_alone(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("dialog input")).to_be_focused()
    page.keyboard.type("Erlang")
    expect(page.locator("dialog .search__results a").first).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/{ARTICLE}*")


def test_escape_closes_it(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


def test_a_slash_that_is_typed_stays_a_slash(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("dialog input")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("dialog input")).to_have_value("a/b")


def test_nothing_of_it_is_fetched_before_it_is_opened(window: Page, address: str) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(address, wait_until="networkidle")
    assert not [url for url in asked if "pagefind" in url or "/search." in url]

    window.keyboard.press("/")
    window.locator("dialog input").fill("pool")
    expect(window.locator("dialog .search__results a").first).to_be_visible()

    assert [url for url in asked if "pagefind" in url]
    assert [url for url in asked if "/search." in url]


def test_its_page_answers_a_link(window: Page, address: str) -> None:
    window.goto(f"{address}search/?q=lifespan")
    expect(window.locator(f'main .search__results a[href$="/{ARTICLE}"]').first).to_be_visible()
