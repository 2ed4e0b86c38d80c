"""No page of the built site leads a reader, or a machine, to nothing."""

from __future__ import annotations

from pathlib import Path

from lab.repository import ROOT
from press.checks.links import crawl
from press.sources.pages import documents, sources
from press.sources.settings import load_settings


def test_every_link_anchor_and_asset_of_the_site_exists(site: Path) -> None:
    settings = load_settings(ROOT)

    found = crawl(site, settings.site_url, sources(documents(settings)))

    assert [str(finding) for finding in found.findings] == []
