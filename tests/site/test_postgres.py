"""PostgreSQL in the page, on the built site: it shows what the transcripts show.

Where npm did not bring the package, the site is built without it and these tests are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lab import transcript
from lab.repository import ROOT
from tests.site.conftest import QuietHandler, served
from tests.site.parsed import pages
from tests.snippets.test_runnable import marked

START_MS = 90_000  # on a machine that does other things meanwhile
pytestmark = pytest.mark.timeout(2 * START_MS / 1000)


def read(lines: list[str]) -> list[str]:
    """The nodes of a plan and what they read: from memory or not, and however much to plan them."""
    executed = lines[: lines.index("Planning:")] if "Planning:" in lines else lines
    found: list[str] = []
    for line in executed:
        if buffers := re.match(r" *Buffers: shared(.*)", line):
            counts = re.findall(r"(?:hit|read)=(\d+)", buffers[1])
            found.append(f"{sum(map(int, counts))} buffers")
        elif not re.match(r" *(Sort Method|Buckets|Memory)", line):
            found.append(line)
    return found


class PoliteHandler(QuietHandler):
    """Serves each file with the headers that the published site has."""

    policy = ""

    def end_headers(self) -> None:
        """Send the policy with scripts, too: a worker obeys that of its own file."""
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()


@pytest.fixture(scope="module")
def published(site: Path) -> Iterator[str]:
    """Where the site is served under its policy, with its final slash."""
    if not (site / "assets/postgres").is_dir():
        pytest.skip("the site was built without PostgreSQL in the page: npm brought no package")
    headers = (site / "_headers").read_text(encoding="utf-8")
    policy = re.search(r"Content-Security-Policy: (.+)", headers)
    assert policy
    handler = type("Handler", (PoliteHandler,), {"policy": policy[1]})
    with served(site, handler) as address:
        yield address


def place(site: Path, include: str) -> tuple[str, str]:
    """The page of a listing, and how to find it there."""
    path, _, region = include.partition(":")
    figure = f"figure[data-path='{path}'][data-region='{region}']"
    (page,) = (page for page, shown in pages(site).items() if shown.css(f"{figure} .runner"))
    return page.removesuffix("index.html"), figure


def opened(window: Page, figure: str) -> Locator:
    """The listing, once its first run is over."""
    listing = window.locator(figure)
    # A listing behind a tab is there for who chooses the tab.
    listing.evaluate(
        """listing => {
          const block = listing.closest(".tabbed-block");
          if (!block) return;
          const at = [...block.parentElement.children].indexOf(block);
          block.closest(".tabbed-set").querySelectorAll(":scope > input")[at].click();
        }"""
    )
    listing.get_by_role("button", name="Run it here").click()
    expect(listing).to_have_attribute("aria-busy", "false", timeout=START_MS)
    return listing


@pytest.mark.parametrize("include", marked())
def test_the_page_reads_what_the_transcript_says(
    include: str, site: Path, published: str, window: Page
) -> None:
    asked: list[str] = []
    trouble: list[str] = []
    window.on("console", lambda said: trouble.append(said.text))
    window.on("pageerror", lambda error: trouble.append(f"{error}"))
    page, figure = place(site, include)
    window.goto(published + page)
    window.on("request", lambda request: asked.append(request.url))

    listing = opened(window, figure)

    shown = listing.locator(".runner__result pre").inner_text().rstrip("\n").split("\n")
    path = (ROOT / include.partition(":")[0]).with_suffix(transcript.SUFFIX)
    printed = transcript.parse(path.read_text(encoding="utf-8")).output.rstrip("\n").split("\n")
    assert read(shown) == read(printed)
    assert listing.locator(".plan").count() == 1
    expect(listing.locator(".runner__note")).to_have_text(
        "Same nodes and buffers as the transcript below."
    )
    assert asked
    assert [url for url in asked if not url.startswith(f"{published}assets/")] == []
    assert trouble == []


def test_a_reader_tries_the_cure_errs_asks_for_too_much_and_stops(
    site: Path, published: str, window: Page
) -> None:
    """In one visit: to start PostgreSQL takes longer than all that a reader does here."""
    page, figure = place(site, "snippets/indexes/failed.sql:sixth")
    window.goto(published + page)
    listing = opened(window, figure)
    says = listing.get_by_role("status")
    text = listing.get_by_role("textbox")
    run = listing.get_by_role("button", name="Run", exact=True)
    printed = text.input_value()
    slow = "Executions 1 to 5: 3 buffers. Execution 6: 1,479 buffers."
    expect(says).to_have_text(slow)

    text.fill(printed.replace("status = $1", "status = 'failed'"))
    text.press("Control+Enter")
    expect(says).to_have_text("3 buffers at each of 6 executions.", timeout=START_MS)

    text.fill("SELECT 1;\nSELECT id FROM jobs\nWHERE state = 'failed';")
    run.click()
    refused = 'PostgreSQL refused it at line 3, character 7. column "state" does not exist'
    expect(says).to_have_text(refused, timeout=START_MS)
    assert listing.locator(".runner__result mark").inner_text() == "state"

    text.fill("SELECT a.id, b.id FROM jobs a, jobs b")  # hundreds of millions of rows
    run.click()
    expect(says).to_have_text("The first 200 rows; there are more.", timeout=START_MS)

    text.fill("SELECT count(*) FROM jobs a, jobs b, jobs c;")  # without end
    run.click()
    expect(listing).to_have_attribute("aria-busy", "true")
    (postgres,) = window.workers
    with postgres.expect_event("close"):
        listing.get_by_role("button", name="Stop").click()
    expect(says).to_have_text("Stopped. Your text is kept.")

    listing.get_by_role("button", name="Reset").click()
    assert text.input_value() == printed
    run.click()
    expect(says).to_have_text(slow, timeout=START_MS)
