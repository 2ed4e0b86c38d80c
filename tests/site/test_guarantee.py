"""The page on the guarantee leads to the code that keeps it."""

from __future__ import annotations

import re
from pathlib import Path

from lab.repository import ROOT
from tests.site.parsed import page


def test_every_piece_of_code_that_the_guarantee_names_exists() -> None:
    source = (ROOT / "docs" / "guarantee.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(repo:([^)]+)\)", source)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_links_lead_to_the_repository(site: Path) -> None:
    shown = page(site / "guarantee" / "index.html")
    links = {link.attrs.sget("href") for link in shown.css(".prose a")}
    assert not any(link.startswith("repo:") for link in links)
    assert any(link.endswith("/blob/main/press/checks/sources.py") for link in links)
