"""On a phone every line of code and of output is whole without scrolling sideways.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site.test_listing_text import expected

ARTICLE = "your-connection-pool-is-a-queue/"
# What is folded and what is behind a tab counts too.
ALL_CODE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(".tabbed-set .tabbed-block { display: block }");
document.adoptedStyleSheets = [sheet];
for (const fold of document.querySelectorAll("details")) fold.open = true;
"""
HEIGHTS = """() => {
  const height = () => document.documentElement.scrollHeight;
  const wrapped = height();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("pre { white-space: pre !important }");
  document.adoptedStyleSheets.push(sheet);
  return [wrapped, height()];
}"""
# Wrapped lines may make a page longer, but not by much: else the type is too large for the code.
LONGEST = 1.1


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Windows of a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context
    context.close()


BEGUN_BELOW = """all => all.filter((line) => {
  const text = line.textContent;
  const at = text.search(/\\S/);
  const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let [passed, node] = [0, words.nextNode()];
  while (node && passed + node.length <= at) {
    passed += node.length;
    node = words.nextNode();
  }
  if (at < 0 || !line.checkVisibility()) return false;
  const first = document.createRange();
  first.setStart(node, at - passed);
  first.setEnd(node, at - passed + 1);
  const top = first.getBoundingClientRect().top - line.getBoundingClientRect().top;
  return top > parseFloat(getComputedStyle(line).fontSize);
}).map((line) => line.textContent)"""


def pages_with_code(site: Path) -> list[str]:
    pages = sorted(site.rglob("index.html"))
    return [
        f"{page.parent.relative_to(site).as_posix()}/"
        for page in pages
        if "<pre" in page.read_text(encoding="utf-8")
    ]


def test_no_code_of_any_page_scrolls_sideways_nor_makes_it_much_longer(
    window: Page, address: str, site: Path
) -> None:
    scrolling: list[str] = []
    empty_rows: list[str] = []
    blocks, longer = 0, {}
    for page in pages_with_code(site):
        window.goto(address + page)
        wrapped, unwrapped = window.evaluate(HEIGHTS)
        if wrapped > LONGEST * unwrapped:
            longer[page] = (wrapped, unwrapped)
        window.evaluate(ALL_CODE)
        widths = window.locator("pre").evaluate_all(
            "all => all.map((one) => [one.scrollWidth, one.clientWidth, one.textContent])"
        )
        blocks += len(widths)
        empty_rows += window.locator("pre .line").evaluate_all(BEGUN_BELOW)
        scrolling += [f"{page}: {text}" for full, shown, text in widths if full > shown]
    assert blocks
    assert scrolling == []
    assert empty_rows == []
    assert longer == {}


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
