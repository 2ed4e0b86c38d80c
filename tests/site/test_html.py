"""The built pages are valid HTML, by the judgement of html-validate.

Where it is not installed (`npm install --no-save html-validate`) the test is skipped and says so;
CI installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.repository import ROOT

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


@pytest.mark.timeout(240)  # a hundred and fifty pages in one process
def test_every_page_is_valid(site: Path) -> None:
    pages = [page for page in sorted(site.rglob("*.html")) if "pagefind" not in page.parts]
    finished = judged(*pages)
    assert finished.returncode == 0, finished.stdout


def test_a_page_that_is_not_valid_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="en"><head><title>A</title></head><body><p><div>')
    assert judged(page).returncode == 1
