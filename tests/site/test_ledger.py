"""The ledger is filtered by verdict without a script, and by words with one.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SHOWN = ".saying:visible"


@pytest.fixture
def page(window: Page, address: str) -> Page:
    """The ledger."""
    window.goto(f"{address}ledger/")
    return window


def test_each_filter_leaves_as_many_as_it_says(page: Page) -> None:
    picks = page.locator(".pick")
    assert picks.count() >= 4
    for at in range(picks.count()):
        pick = picks.nth(at)
        pick.click()
        expect(page.locator(SHOWN)).to_have_count(int(pick.locator(".pick__count").inner_text()))


def test_no_heading_stands_over_nothing(page: Page) -> None:
    page.locator(".pick", has_text="Holds when").click()
    for group in page.locator(".group:visible").all():
        expect(group.locator(SHOWN)).not_to_have_count(0)


def test_a_link_leads_to_a_claim_that_the_filter_hides(page: Page, site: Path) -> None:
    sayings = json.loads((site / "ledger.json").read_text(encoding="utf-8"))
    hidden = next(one["id"] for one in sayings if one["verdict"] != "holds when")
    page.locator(".pick", has_text="Holds when").click()
    expect(page.locator(f"#{hidden}")).to_be_hidden()
    page.evaluate("id => { location.hash = id }", hidden)
    expect(page.locator(f"#{hidden}")).to_be_visible()


def test_words_leave_the_claims_that_have_all_of_them(page: Page) -> None:
    field = page.get_by_label("Words in a claim")
    field.fill("ttl HOUR")
    expect(page.locator(SHOWN)).to_have_count(1)
    expect(page.locator(SHOWN)).to_contain_text("Give it a TTL of an hour")
    field.fill("wombat")
    expect(page.locator(SHOWN)).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="No claim has these words.")).to_be_visible()
    field.press("Enter")
    field.fill("")
    expect(page.locator(SHOWN)).to_have_count(page.locator(".saying").count())
