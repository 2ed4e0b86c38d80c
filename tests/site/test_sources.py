"""The sources of the real site pass the checks."""

from __future__ import annotations

from datetime import UTC, datetime

from lab.repository import ROOT
from press.checks.sources import check_sources


def test_nothing_is_wrong_with_the_sources() -> None:
    assert [str(finding) for finding in check_sources(ROOT, datetime.now(UTC))] == []
