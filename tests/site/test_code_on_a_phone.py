"""On a phone every line of code and of output is whole without scrolling sideways.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site.narrow_code import ALL_CODE, WIDTH, faults
from tests.site.test_every_page import PAGES
from tests.site.test_listing_text import expected

ARTICLE = "your-connection-pool-is-a-queue/"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Windows of a phone."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 844})
    yield context
    context.close()


def pages_with_code(site: Path) -> list[str]:
    pages = sorted(site.rglob("index.html"))
    return [
        f"{page.parent.relative_to(site).as_posix()}/"
        for page in pages
        if "<pre" in page.read_text(encoding="utf-8")
    ]


def test_no_code_of_a_page_scrolls_sideways_makes_it_much_longer_or_begins_below(
    window: Page, address: str, site: Path
) -> None:
    """Pages that are read in a narrow window anyway have that checked where they are."""
    pages = pages_with_code(site)
    assert PAGES.keys() & pages, "no page with code is read in a narrow window"
    found = {}
    for page in set(pages) - PAGES.keys():
        window.goto(address + page)
        if told := faults(window):
            found[page] = told
    assert found == {}


def test_what_is_selected_by_hand_is_the_unwrapped_code(window: Page, address: str) -> None:
    window.goto(address + ARTICLE)
    window.evaluate(ALL_CODE)
    code = "#listing-pool-exhaustion-checkout > .highlight code"
    heights = window.locator(f"{code} > .line").evaluate_all(
        "all => all.map((one) => one.offsetHeight)"
    )
    assert max(heights) > min(heights), "no line of this listing is wrapped: choose another"
    selected = window.locator(code).evaluate(
        "code => { getSelection().selectAllChildren(code); return getSelection().toString(); }"
    )
    assert selected.strip("\n") == expected("snippets/pool/exhaustion.py", "checkout").strip("\n")


def test_a_wrapped_line_hangs_below_its_own_indentation(window: Page, address: str) -> None:
    window.goto(address + ARTICLE)
    window.evaluate(ALL_CODE)
    columns = window.locator("#listing-pool-exhaustion-checkout > .highlight .line").evaluate_all(
        """all => all.flatMap((line) => {
          const range = document.createRange();
          range.selectNodeContents(line);
          const rows = [...range.getClientRects()].filter((one) => one.width > 0);
          const top = Math.min(...rows.map((one) => one.top));
          const below = rows.filter((one) => one.top > top + 8).map((one) => one.left);
          const left = line.getBoundingClientRect().left;
          const text = line.textContent;
          const indent = text.length - text.trimStart().length;
          const column = parseFloat(getComputedStyle(line).fontSize) * 0.6;
          return below.length ? [Math.round((Math.min(...below) - left) / column) - indent] : [];
        })"""
    )
    assert columns
    assert set(columns) == {2}
