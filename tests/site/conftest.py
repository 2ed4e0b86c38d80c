"""The site as readers get it, built once for all tests that look at it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lab.repository import ROOT

FONT_DELAY_S = 0.2
BUILD_S = 240  # half a minute of processor time, while other tests want theirs
# The first is what Playwright itself takes where no window is shown: the same engine without the
# frame around a page, which costs more than most pages. Debian has it beside Chromium.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# Chromium 15x draws the list below its address bar, which a headless window does not have, as web
# pages of its own: most of the processor time that a new window takes. The last switch of this
# name wins, so that what Playwright turns off and matters here is repeated.
NOT_NEEDED = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled"),
    *("HttpsUpgrades", "MediaRouter", "OptimizationHints", "PaintHolding"),
)
# As root there is no sandbox to be had; and a browser under test asks nobody but the site.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Widths of letters are fractions for everybody but the headless shell, which would round them.
    "--font-render-hinting=none",
    f"--disable-features={','.join(NOT_NEEDED)}",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave time for the build: each test may be the first that asks for it, or wait for that."""
    for item in items:
        ours = item.path.is_relative_to(Path(__file__).parent)
        asks = "site" in getattr(item, "fixturenames", ())
        if ours and asks and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BUILD_S))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The directory of the site, from a strict build; all xdist workers share one."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    directory, outcome = shared / "site", shared / "site.json"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            outcome.write_text(json.dumps(_build(directory)), encoding="utf-8")
    status, messages = json.loads(outcome.read_text(encoding="utf-8"))
    if status:
        pytest.fail(f"the site was not built:\n{messages}", pytrace=False)
    return directory


def _build(directory: Path) -> tuple[int, str]:
    """The exit status of a strict build, and what it said."""
    finished = subprocess.run(
        [sys.executable, "-m", "press", "build", "--site", directory],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stderr + finished.stdout


class Server(ThreadingHTTPServer):
    """Says nothing of a browser that leaves before it has all."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of every other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(directory: Path, handler: type[SimpleHTTPRequestHandler]) -> Iterator[str]:
    """Where a directory is served on this machine, with its final slash."""
    answering = partial(handler, directory=str(directory))
    with Server(("127.0.0.1", 0), answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with served(site, QuietHandler) as address:
        yield address


@pytest.fixture(scope="session")
def late_fonts(site: Path) -> Iterator[str]:
    """Where the site is served, too, and its fonts come late: for what may move when they come."""
    with served(site, LateFontsHandler) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one these tests are skipped, except in CI.

    For one module and not for the session: while it is open, Playwright runs an event loop in this
    thread, and a test that needs a loop of its own cannot have one.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        why = f"no Chromium on this machine (looked for {', '.join(BROWSERS)} on PATH)"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for a module: each has a process of its own, whose start takes longer than most tests."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def window(context: BrowserContext) -> Iterator[Page]:
    """A window of its own, which remembers nothing of the tests before it."""
    page = context.new_page()
    yield page
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.close()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files as a host of static pages does, each visit as the first, and says nothing."""

    def end_headers(self) -> None:
        """Let nobody keep anything for the next visit."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the library's name
        """Keep the log to itself."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page for what is not there."""
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)


class LateFontsHandler(QuietHandler):
    """Takes its time over fonts."""

    def do_GET(self) -> None:
        """Let a page be painted before its fonts are there: that is when it may shift."""
        if self.path.endswith(".woff2"):
            time.sleep(FONT_DELAY_S)
        super().do_GET()
