"""Every kind of page, on a phone and on a desk, in light and dark: nothing breaks and all can read.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from press.corpus import documents, is_error, posts
from press.settings import load_settings

ROOT = Path(__file__).parents[2]
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""


def kinds() -> Iterator[str]:
    """The address of one page of each kind, and of every article."""
    yield from ("", "archive/", "authors/", "tags/", "errors/", "ledger/", "guarantee/", "search/")
    pages = documents(load_settings(ROOT))
    published = [meta for _, meta in posts(pages) if not meta.draft]
    yield from (f"{meta.slug}/" for meta in published)
    yield from (f"category/{meta.categories[0].lower()}/" for meta in published[:1])
    yield from (f"tags/{meta.tags[0]}/" for meta in published[:1])
    errors = [page.path for page in pages if is_error(page.path)]
    yield from (path.removeprefix("docs/").removesuffix(".md") + "/" for path in errors[:1])
    yield "nothing-here/"


@contextmanager
def opened(
    browser: Browser, url: str, width: int, scheme: Literal["light", "dark"]
) -> Iterator[tuple[Page, list[str]]]:
    """The page in a window of its own, and what went wrong while it was read."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        page = context.new_page()
        trouble: list[str] = []

        def on_console(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning"):
                trouble.append(said.text)

        def on_request(asked: Request) -> None:
            if not asked.url.startswith((url[: url.index("/", 8)], "data:")):
                trouble.append(f"asked somebody else for {asked.url}")

        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: trouble.append(f"{error}"))
        page.add_init_script(SHIFTS)
        page.goto(url, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        yield page, trouble
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("kind", list(kinds()))
def test_a_page_fits_is_quiet_stays_still_and_can_be_read_by_all(
    browser: Browser, address: str, kind: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, address + kind, width, scheme) as (page, trouble):
        missing = kind == "nothing-here/"
        assert [said for said in trouble if not (missing and "404" in said)] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)") < 0.01
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        violations = Axe().run(page).response["violations"]
        found = [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]
        assert found == []


@pytest.mark.parametrize("width", [320, 768])
def test_an_article_fits_windows_in_between(browser: Browser, address: str, width: int) -> None:
    article = next(kind for kind in kinds() if kind.startswith("your-connection-pool"))
    with opened(browser, address + article, width, "light") as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
