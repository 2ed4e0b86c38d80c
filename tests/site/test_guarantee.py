"""The page on the guarantee leads to the code that keeps it."""

from __future__ import annotations

import re
from pathlib import Path

from lab.repository import ROOT
from tests.site.soups import soup


def test_every_piece_of_code_that_the_guarantee_names_exists() -> None:
    source = (ROOT / "docs" / "guarantee.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(repo:([^)]+)\)", source)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_links_lead_to_the_repository(site: Path) -> None:
    page = soup(site / "guarantee" / "index.html")
    links = {str(link["href"]) for link in page.select(".prose a")}
    assert not any(link.startswith("repo:") for link in links)
    assert any(link.endswith("/blob/main/press/checks/sources.py") for link in links)
