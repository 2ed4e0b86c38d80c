"""The built pages are valid HTML, by the judgement of html-validate.

Where it is not installed (`npm install --no-save html-validate`) the test is skipped and says so;
CI installs it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.repository import ROOT

LISTING = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
WORD = re.compile(r'<span class="[\w -]+"(?: data-line="\d+")?>([^<]*)</span>')
RULES = ROOT / "tests" / "site" / "htmlvalidate.json"


def validator() -> str:
    """The program, from the repository's own modules or from PATH."""
    here = ROOT / "node_modules" / ".bin"
    found = shutil.which("html-validate", path=f"{here}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("html-validate is not here: npm install --no-save html-validate")
    return found


def judged(*pages: Path) -> subprocess.CompletedProcess[str]:
    """What the program says of some pages."""
    command = [validator(), "--config", str(RULES), *map(str, pages)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def without_colors(page: str) -> str:
    """A page whose listings are plain.

    Their words and lines are most of its elements. Each is opened, closed and valid where text is,
    and is taken away as such; whatever is not, stays.
    """

    def plain(listing: re.Match[str]) -> str:
        text, found = listing[0], 1
        while found:
            text, found = WORD.subn(r"\1", text)
        return text

    return LISTING.sub(plain, page)


@pytest.mark.timeout(240)  # a hundred and fifty pages in one process
def test_every_page_is_valid(site: Path, tmp_path: Path) -> None:
    plain = []
    for page in sorted(site.rglob("*.html")):
        if "pagefind" not in page.parts:
            plain.append(tmp_path / page.relative_to(site))
            plain[-1].parent.mkdir(parents=True, exist_ok=True)
            plain[-1].write_text(without_colors(page.read_text(encoding="utf-8")), encoding="utf-8")
    finished = judged(*plain)
    assert finished.returncode == 0, finished.stdout


def test_only_words_that_are_closed_are_taken_away() -> None:
    line = (
        '<pre><code><span class="line indent-4" data-line="1"><span class="k">def</span> f</span>'
    )
    assert without_colors(f"{line}</code></pre>") == "<pre><code>def f</code></pre>"
    for wrong in (
        '<pre><span class="k">def</pre>',
        "<pre>def</span></pre>",
        '<pre><span class="k" id="k">def</span></pre>',
        '<pre><div class="k">def</div></pre>',
        '<span class="k">def</span>',
    ):
        assert without_colors(wrong) == wrong


def test_a_page_that_is_not_valid_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="en"><head><title>A</title></head><body><p><div>')
    assert judged(page).returncode == 1
