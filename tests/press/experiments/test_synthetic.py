"""The site that an experiment measures is one that its author could publish."""

from datetime import UTC, datetime
from pathlib import Path

from press.checks.sources import check_sources
from press.experiments import _synthetic

OF_NO_PAGE = ("no page shows it", "no page leads to it")  # said of a module


def test_nothing_is_wrong_with_a_page(tmp_path: Path) -> None:
    """A page with a fault is converted in each rebuild, and the time of that was published once."""
    _synthetic.ours(tmp_path, 3)
    findings = map(str, check_sources(tmp_path, datetime.now(UTC)))
    assert [found for found in findings if not any(of in found for of in OF_NO_PAGE)] == []
