"""Every kind of page, on a phone and on a desk, in light and dark: nothing breaks and all can read.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

from lab.repository import ROOT
from press.sources.articles import category_url, tag_url
from press.sources.front_matter import PostMeta
from press.sources.pages import documents, is_error, posts
from press.sources.settings import load_settings
from tests.site.narrow_code import WIDTH, faults

Scheme = Literal["light", "dark"]

COLORS: dict[str, object] = {"runOnly": ["color-contrast"]}
STRUCTURE: dict[str, object] = {"rules": {"color-contrast": {"enabled": False}}}
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""

# Where a paragraph breaks elsewhere in the font that stands in, a line moves what is below it. A
# shift of 0.1 is what browsers still call good; a picture without a size moves far more.
MOST_SHIFT = 0.05
# A font that only the style sheet asks for is too late for the first visit.
FONTS_NOT_ASKED_FOR_AT_ONCE = """
performance.getEntriesByType("resource")
  .filter((one) => one.name.endsWith(".woff2") && one.initiatorType === "css")
  .map((one) => one.name.split("/").pop())
  .filter((font) => !font.includes("-rare"))
"""
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Axe looks at every element, and behind every text for its contrast. Texts that one rule styles are
# alike: to look at one that is shown is enough, and takes a third of the time. The browser is asked
# about all of them before one is taken away: after each change it works out all styles again.
ONE_WORD_OF_A_LOOK = """
const seen = new Set();
const isAlike = (word) => {
  const around = [word, word.closest(".line"), word.closest("figure")];
  const look = around.map((one) => one?.className).join("/");
  const isNew = word.checkVisibility() && !seen.has(look);
  if (isNew) seen.add(look);
  return !isNew;
};
const alike = [...document.querySelectorAll("pre span")].filter(isAlike);
for (const word of alike.reverse()) {
  if (!word.childElementCount) word.replaceWith(...word.childNodes);
}
document.body.normalize();
"""
ONE_TEXT_OF_A_LOOK = """
const looks = new Map();
const seen = new Set();
const alike = [];
for (const one of document.body.querySelectorAll("*")) {
  const around = looks.get(one.parentElement) ?? "";
  const look = `${around}>${one.tagName}.${one.getAttribute("class")}`;
  looks.set(one, look);
  const texts = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
  const isNew = texts.length && one.checkVisibility() && !seen.has(look);
  if (isNew) seen.add(look);
  else alike.push(...texts);
}
alike.forEach((text) => text.remove());
for (const one of [...looks.keys()].reverse()) if (!one.textContent.trim()) one.remove();
"""


def articles() -> list[PostMeta]:
    """The front matter of the articles that are out."""
    found = (meta for _, meta in posts(documents(load_settings(ROOT))))
    return [meta for meta in found if not meta.draft]


def kinds() -> Iterator[str]:
    """The address of one page of each kind."""
    yield from ("", "archive/", "authors/", "tags/", "errors/", "ledger/", "guarantee/", "search/")
    pages = documents(load_settings(ROOT))
    published = articles()[:1]
    yield from (f"{meta.slug}/" for meta in published)
    yield from (category_url(meta.categories[0]) for meta in published)
    yield from (tag_url(meta.tags[0]) for meta in published)
    errors = [page.path for page in pages if is_error(page.path)]
    yield from (path.removeprefix("docs/").removesuffix(".md") + "/" for path in errors[:1])
    yield "nothing-here/"


def views() -> Iterator[tuple[str, int, tuple[Scheme, ...]]]:
    """Each kind of page at each width in both schemes; every further article in one of them."""
    yield from ((kind, width, ("light", "dark")) for kind in kinds() for width in (WIDTH, 1440))
    for meta in articles()[1:]:
        yield f"{meta.slug}/", WIDTH, ("light",)
        yield f"{meta.slug}/", 1440, ("dark",)


def opened(window: Page, url: str, width: int, scheme: Scheme) -> list[str]:
    """Open a page; what goes wrong while it is read is added to the list."""
    trouble: list[str] = []

    def on_console(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            trouble.append(said.text)

    def on_request(asked: Request) -> None:
        if not asked.url.startswith((url[: url.index("/", 8)], "data:")):
            trouble.append(f"asked somebody else for {asked.url}")

    window.on("console", on_console)
    window.on("request", on_request)
    window.on("pageerror", lambda error: trouble.append(f"{error}"))
    window.add_init_script(SHIFTS)
    window.set_viewport_size({"width": width, "height": 900})
    window.emulate_media(color_scheme=scheme)
    window.goto(url)
    window.evaluate("document.fonts.ready")
    window.evaluate(NEXT_FRAME)
    return trouble


def load_axe(window: Page) -> None:
    """Load it into the page, whose code is thinned out for it."""
    window.evaluate(ONE_WORD_OF_A_LOOK)
    window.evaluate(Axe().axe_script)


def obstacles(window: Page, options: dict[str, object]) -> list[str]:
    """What keeps people from reading the page, in the judgement of axe, once it is loaded."""
    wanted = {"resultTypes": ["violations"], **options}
    found = window.evaluate("(options) => axe.run(options)", wanted)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def overflows(window: Page) -> bool:
    return bool(window.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(("kind", "width", "schemes"), list(views()))
def test_a_page_fits_is_quiet_stays_still_and_can_be_read_by_all(
    window: Page, late_fonts: str, kind: str, width: int, schemes: tuple[Scheme, ...]
) -> None:
    trouble = opened(window, late_fonts + kind, width, schemes[0])
    assert not overflows(window)
    assert window.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)") < MOST_SHIFT
    assert window.evaluate(FONTS_NOT_ASKED_FOR_AT_ONCE) == []
    if width == WIDTH:
        assert faults(window) == []
    window.evaluate(UNFOLD)
    for scheme in reversed(schemes):
        window.emulate_media(color_scheme=scheme)
        assert not overflows(window)
    load_axe(window)
    assert obstacles(window, STRUCTURE) == []
    window.evaluate(ONE_TEXT_OF_A_LOOK)
    for scheme in schemes:
        window.emulate_media(color_scheme=scheme)
        assert obstacles(window, COLORS) == []
    missing = kind == "nothing-here/"
    assert [said for said in trouble if not (missing and "404" in said)] == []


def test_a_pale_text_is_found_wherever_it_is(window: Page, address: str) -> None:
    """What is not looked at because it is like another text hides nothing."""
    opened(window, f"{address}your-connection-pool-is-a-queue/", 1440, "light")
    pale = "pre .k, td, p code { color: #aaa !important }"
    window.evaluate(
        """(rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet];
        }""",
        pale,
    )
    window.evaluate(UNFOLD)
    load_axe(window)
    window.evaluate(ONE_TEXT_OF_A_LOOK)
    found = obstacles(window, COLORS)
    assert all(any(kind in one for one in found) for kind in (".k", "td", "p:nth-child(1) > code"))


def test_an_article_fits_windows_in_between(window: Page, address: str) -> None:
    opened(window, f"{address}your-connection-pool-is-a-queue/", 320, "light")
    assert not overflows(window)
    window.set_viewport_size({"width": 768, "height": 900})
    assert not overflows(window)


def test_names_of_tests_in_captions_fit_a_phone(window: Page, address: str) -> None:
    """Only after a whole green run do captions name tests, and this may be before the first."""
    opened(window, f"{address}your-connection-pool-is-a-queue/", 390, "light")
    captions = window.locator(".listing__naive").evaluate_all(
        "captions => captions.map((one) =>"
        " one.innerHTML = `fails: see <code>test_${'of_many_words_'.repeat(8)}</code>`)"
    )
    assert captions
    assert not overflows(window)
