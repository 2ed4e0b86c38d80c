"""The real site passes its own strict build.

That build is the one that all tests here read. It checks all sources (`press.checks.sources`),
finds what no page shows (`press.checks.unused`), and follows each link, anchor and asset of the
built pages (`press.checks.links`); every one of these has tests of its own, and stops the build.
"""

from __future__ import annotations

from pathlib import Path


def test_nothing_is_wrong_with_the_sources_and_no_link_leads_nowhere(site: Path) -> None:
    assert (site / "index.html").is_file()
