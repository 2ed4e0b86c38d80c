"""Every kind of page, on a phone and on a desk, in light and dark: nothing breaks and all can read.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
View = tuple[int, Scheme]

DESK = 1440  # pixels
COLORS: dict[str, object] = {"runOnly": ["color-contrast", "link-in-text-block"]}
STRUCTURE: dict[str, object] = {
    "rules": {"color-contrast": {"enabled": False}, "link-in-text-block": {"enabled": False}}
}
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
# Axe looks at every element, and behind every text for its contrast. Words of code that one rule
# styles are alike: to look at one that is shown is enough, and takes a third of the time. The
# browser is asked about all before one is taken away: after each change it works out all styles.
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
# How a text reads is its color, its size and what is painted behind it. One of each kind is kept in
# each view, and around a link what it must differ from.
KEEP_ONE_TEXT_OF_A_LOOK = """
window.kept ??= new Set();
const isText = (node) => node.nodeType === 3 && node.data.trim();
const keep = (one) => [...one.childNodes].filter(isText).forEach((text) => kept.add(text));
const behind = new Map();
const seen = new Set();
for (const one of document.body.querySelectorAll("*")) {
  const style = getComputedStyle(one);
  const { backgroundColor, backgroundImage, opacity, filter, position } = style;
  const own = [backgroundColor, backgroundImage, opacity, filter].join();
  const isPlain = own === "rgba(0, 0, 0, 0),none,1,none" && /static|relative/.test(position);
  const paint = isPlain ? "" : `>${one.tagName}.${one.getAttribute("class")}${own}`;
  const around = (behind.get(one.parentElement) ?? "") + paint;
  behind.set(one, around);
  if (![...one.childNodes].some(isText) || !one.checkVisibility()) continue;
  const link = one.tagName === "A" ? one.parentElement.tagName : "";
  const look = [around, link, style.color, style.fontSize, style.fontWeight].join();
  if (seen.has(look)) continue;
  seen.add(look);
  keep(one);
  if (link) keep(one.parentElement);
}
"""
DROP_WHAT_IS_NOT_KEPT = """
const all = [...document.body.querySelectorAll("*")];
for (const node of all.flatMap((one) => [...one.childNodes])) {
  if (node.nodeType === 3 && !window.kept.has(node)) node.remove();
}
for (const one of all.reverse()) if (!one.textContent.trim()) one.remove();
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


@dataclass(frozen=True)
class Look:
    """The views in which a page is visited first, judged in its structure, and in its colors."""

    visits: tuple[View, ...]
    structures: tuple[View, ...]
    colors: tuple[View, ...]


EVERYWHERE = Look(
    visits=((DESK, "dark"), (WIDTH, "light")),
    structures=((WIDTH, "light"), (DESK, "light")),
    colors=((DESK, "light"), (DESK, "dark"), (WIDTH, "dark"), (WIDTH, "light")),
)
# Of articles that are no longer the first of their kind.
IN_TWO = Look(
    visits=((WIDTH, "light"),),
    structures=((DESK, "dark"),),
    colors=((DESK, "dark"), (WIDTH, "light")),
)
PAGES = {f"{meta.slug}/": IN_TWO for meta in articles()} | dict.fromkeys(kinds(), EVERYWHERE)


def watched(window: Page, url: str) -> list[str]:
    """What goes wrong in a window that reads the site of that address; it grows meanwhile."""
    trouble: list[str] = []

    def on_console(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            trouble.append(said.text)

    def on_request(asked: Request) -> None:
        if not asked.url.startswith((url, "data:")):
            trouble.append(f"asked somebody else for {asked.url}")

    window.on("console", on_console)
    window.on("request", on_request)
    window.on("pageerror", lambda error: trouble.append(f"{error}"))
    return trouble


def visit(window: Page, url: str, view: View) -> None:
    """Read a page for the first time."""
    window.add_init_script(SHIFTS)
    look_again(window, view)
    window.goto(url)
    window.evaluate("document.fonts.ready")
    window.evaluate(NEXT_FRAME)


def look_again(window: Page, view: View) -> None:
    width, scheme = view
    window.set_viewport_size({"width": width, "height": 900})
    window.emulate_media(color_scheme=scheme)


def load_axe(window: Page) -> None:
    """Load it into the page, which is unfolded, and whose code is thinned out for it."""
    window.evaluate(UNFOLD)
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


def check_first_visit(window: Page, url: str, view: View) -> None:
    visit(window, url, view)
    assert not overflows(window)
    assert window.evaluate("window.shifts.reduce((sum, one) => sum + one, 0)") < MOST_SHIFT
    assert window.evaluate(FONTS_NOT_ASKED_FOR_AT_ONCE) == []
    if view[0] == WIDTH:
        assert faults(window) == []


def color_obstacles(window: Page, views: Sequence[View]) -> list[str]:
    """What axe, once it is loaded, says of the colors in each view. The page is ruined by it."""
    for view in views:
        look_again(window, view)
        assert not overflows(window)
        window.evaluate(KEEP_ONE_TEXT_OF_A_LOOK)
    window.evaluate(DROP_WHAT_IS_NOT_KEPT)
    found = []
    for view in reversed(views):
        look_again(window, view)
        found += obstacles(window, COLORS)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_is_quiet_stays_still_and_can_be_read_by_all(
    window: Page, late_fonts: str, page: str
) -> None:
    look = PAGES[page]
    trouble = watched(window, late_fonts)
    for view in look.visits:
        check_first_visit(window, late_fonts + page, view)
    load_axe(window)
    for view in look.structures:
        look_again(window, view)
        assert obstacles(window, STRUCTURE) == []
    assert color_obstacles(window, look.colors) == []
    missing = page == "nothing-here/"
    assert [said for said in trouble if not (missing and "404" in said)] == []


def styled(window: Page, rules: str) -> None:
    """Add these rules to the page."""
    window.evaluate(
        """(rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet];
        }""",
        rules,
    )


@pytest.mark.parametrize(("seen", "pale"), [("light", "#aaa"), ("dark", "#555")])
def test_a_pale_text_is_found_wherever_it_is(
    window: Page, address: str, seen: str, pale: str
) -> None:
    """What is not looked at because it is like another text hides nothing."""
    visit(window, f"{address}your-connection-pool-is-a-queue/", (DESK, "light"))
    texts = f"pre .k, td, p code, .claim__bound {{ color: {pale} !important }}"
    styled(window, f"@media (prefers-color-scheme: {seen}) {{ {texts} }}")
    load_axe(window)
    found = color_obstacles(window, [(DESK, "light"), (DESK, "dark")])
    kinds = (".k", "td", "code", ".claim__bound")
    assert all(any(kind in one for one in found) for kind in kinds), found


def test_a_link_that_only_its_color_tells_from_the_text_is_found(
    window: Page, address: str
) -> None:
    visit(window, f"{address}your-connection-pool-is-a-queue/", (DESK, "light"))
    styled(window, "p a { text-decoration: none !important; color: #333 !important }")
    load_axe(window)
    found = color_obstacles(window, [(DESK, "light")])
    assert [one for one in found if one.startswith("link-in-text-block")]


def test_an_article_fits_windows_in_between(window: Page, address: str) -> None:
    visit(window, f"{address}your-connection-pool-is-a-queue/", (320, "light"))
    assert not overflows(window)
    look_again(window, (768, "light"))
    assert not overflows(window)


def test_names_of_tests_in_captions_fit_a_phone(window: Page, address: str) -> None:
    """Only after a whole green run do captions name tests, and this may be before the first."""
    visit(window, f"{address}your-connection-pool-is-a-queue/", (WIDTH, "light"))
    captions = window.locator(".listing__naive").evaluate_all(
        "captions => captions.map((one) =>"
        " one.innerHTML = `fails: see <code>test_${'of_many_words_'.repeat(8)}</code>`)"
    )
    assert captions
    assert not overflows(window)
