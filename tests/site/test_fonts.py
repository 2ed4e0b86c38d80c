"""Fonts come at once, late or never, and nothing on a page moves for it, on no machine.

No test depends on which fonts are installed: where it matters, a reader has none of those that
could stand in. Where there is no Chromium they are skipped and say so; CI
installs one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.site.test_every_page import MOST_SHIFT, visit

ARTICLE = "your-connection-pool-is-a-queue/"
FONTS = "**/*.woff2"

Arrival = Callable[[Page, Path], None]


def at_once(window: Page, site: Path) -> None:
    """The browser has them before it asks the server."""

    def answer(route: Route) -> None:
        route.fulfill(path=site / urlsplit(route.request.url).path.strip("/"))

    window.route(FONTS, answer)


def late(window: Page, site: Path) -> None:
    """The server takes its time over fonts."""


def never(window: Page, site: Path) -> None:
    """Something between reader and server stops them."""
    window.route(FONTS, lambda route: route.abort())


def with_no_font_that_fits(window: Page) -> None:
    """The reader's platform has none of the fonts that the style sheet scales to stand in."""

    def answer(route: Route) -> None:
        sheet = route.fetch().text()
        assert 'local("' in sheet
        route.fulfill(body=sheet.replace('local("', 'local("not '), content_type="text/css")

    window.route("**/style*.css", answer)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("arrival", [at_once, late, never])
@pytest.mark.parametrize("page", ["", ARTICLE])
def test_nothing_moves(
    window: Page, late_fonts: str, site: Path, page: str, arrival: Arrival, width: int
) -> None:
    arrival(window, site)
    with_no_font_that_fits(window)
    visit(window, late_fonts + page, (width, "light"))
    assert window.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)") < MOST_SHIFT


def test_formulas_have_their_font_even_where_no_font_arrives(window: Page, address: str) -> None:
    never(window, Path())
    visit(window, address + ARTICLE, (1440, "light"))
    assert window.locator("math").count()
    assert window.evaluate(
        """[...document.fonts].filter((one) => /Math/.test(one.family) && one.status === "loaded")
             .length"""
    )
