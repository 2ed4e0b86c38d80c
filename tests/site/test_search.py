"""Search opens by a key, finds what readers paste, and costs nothing until then.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

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


def test_its_page_answers_a_link(page: Page, address: str) -> None:
    page.goto(f"{address}search/?q=lifespan")
    expect(page.locator(f'main .search__results a[href$="/{ARTICLE}"]').first).to_be_visible()
