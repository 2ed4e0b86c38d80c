"""What a reader does with an article: copies, compares, chooses, prints; without script too.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.site.test_listing_text import expected

ARTICLE = "your-connection-pool-is-a-queue/"
JUMP = """([from, to]) => {
  const entries = [...document.querySelectorAll(".contents a")];
  const jump = (at) => {
    const [heading, next] = [at, at + 1].map((one) =>
      document.getElementById(entries[one].hash.slice(1)).getBoundingClientRect().top);
    scrollBy({ top: next - innerHeight * 0.9, behavior: "instant" });
  };
  jump(from);
  requestAnimationFrame(() => requestAnimationFrame(() => jump(to)));
}"""


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Windows on a desk, which may write to the clipboard."""
    context = browser.new_context(color_scheme="light", viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(window: Page, address: str) -> Page:
    """The article."""
    window.goto(address + ARTICLE)
    return window


@pytest.fixture(scope="module")
def without_script(browser: Browser) -> Iterator[BrowserContext]:
    """Windows in which scripts do not run."""
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def plain(without_script: BrowserContext, address: str) -> Iterator[Page]:
    """The article where scripts do not run."""
    page = without_script.new_page()
    page.goto(address + ARTICLE)
    yield page
    page.close()


def test_the_copy_button_copies_the_text_that_the_tests_ran(page: Page) -> None:
    listing = page.locator("#listing-pool-exhaustion-checkout")
    page.get_by_text("Right", exact=True).first.click()
    listing.locator("button.copy").click()

    expect(listing.locator("button.copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == expected(
        "snippets/pool/exhaustion.py", "checkout"
    )


def test_the_whole_file_unfolds_in_place(page: Page) -> None:
    whole = page.locator("#listing-pool-naive-exhaustion-checkout .listing__whole")
    expect(whole.locator(".highlight")).to_be_hidden()

    whole.locator("summary").click()

    expect(whole.locator(".highlight")).to_be_visible()


def test_a_tab_is_remembered_for_all_sets_and_for_the_next_visit(page: Page) -> None:
    page.locator(".tabbed-labels > label", has_text="Right").first.click()
    expect(page.locator("#listing-pool-exhaustion-checkout")).to_be_visible()

    page.reload()

    expect(page.locator("#listing-pool-exhaustion-checkout")).to_be_visible()
    expect(page.locator("#listing-pool-naive-exhaustion-checkout")).to_be_hidden()


def test_a_chosen_scheme_outlives_the_page_and_the_system_comes_back(page: Page) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_label("Dark").check(force=True)
    dark = page.evaluate(paper)
    assert dark != light

    page.reload()
    assert page.evaluate(paper) == dark

    page.get_by_label("System").check(force=True)
    page.reload()
    assert page.evaluate(paper) == light


def test_a_remembered_scheme_is_set_before_anything_is_painted(page: Page) -> None:
    page.get_by_label("Dark").check(force=True)
    page.add_init_script(
        "new MutationObserver(() => { if (document.body && !window.first)"
        " window.first = document.documentElement.dataset.scheme; })"
        ".observe(document, { childList: true, subtree: true });"
    )

    page.reload()

    assert page.evaluate("window.first") == "dark"


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(page: Page) -> None:
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Skip to content")
    expect(focused).to_be_in_viewport()

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_the_contents_mark_the_section_being_read(page: Page) -> None:
    entries = page.locator(".contents a")
    entries.nth(3).click()
    expect(entries.nth(3)).to_have_attribute("aria-current", "true")
    expect(page.locator(".contents [aria-current]")).to_have_count(1)


def test_the_contents_follow_a_jump_into_the_middle_of_a_section_down_and_up(page: Page) -> None:
    """No heading comes into the upper third of the window on the way."""
    entries = page.locator(".contents a")
    for section in (4, 1):
        page.evaluate(JUMP, [5 - section, section])
        expect(entries.nth(section)).to_have_attribute("aria-current", "true")


def test_every_listing_is_there_and_tabs_work_without_script(plain: Page) -> None:
    naive = plain.locator("#listing-pool-naive-exhaustion-checkout")
    right = plain.locator("#listing-pool-exhaustion-checkout")
    expect(naive).to_be_visible()
    expect(right).to_be_hidden()

    plain.locator(".tabbed-labels > label", has_text="Right").first.click()

    expect(right).to_be_visible()
    expect(plain.locator("button.copy:visible")).to_have_count(0)


def test_formulas_need_no_script(plain: Page) -> None:
    formula = plain.locator("math").first
    expect(formula).to_be_visible()
    box = formula.bounding_box()
    assert box
    assert box["height"] > 5


def test_a_printed_article_spells_its_links_out_and_shows_both_sides_of_a_tab(
    page: Page,
) -> None:
    page.emulate_media(media="print")

    for control in ("header nav", ".scheme", "button.copy", ".contents"):
        expect(page.locator(control).first).to_be_hidden()
    link = page.locator('.prose a[href^="https://www.postgresql.org"]').first
    spelled = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://www.postgresql.org" in spelled
    expect(page.locator("#listing-pool-naive-exhaustion-checkout")).to_be_visible()
    expect(page.locator("#listing-pool-exhaustion-checkout")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_what_is_folded_is_printed(page: Page) -> None:
    folded = page.locator(".prose > details > .listing, .corrections dd")
    expect(folded.first).to_be_hidden()
    expect(folded.last).to_be_hidden()

    page.emulate_media(media="print")

    expect(folded.first).to_be_visible()
    expect(folded.last).to_be_visible()
