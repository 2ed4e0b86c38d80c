"""What counts as a line of a listing that a test must run."""

from __future__ import annotations

from pathlib import Path

import coverage

from lab.repository import ROOT

LISTING = """\
from typing import Protocol


def never_run() -> int:  # pragma: no cover
    return 1


class Cache(Protocol):
    def get(self, key: str) -> str: ...
"""


def test_no_comment_excuses_a_line_and_only_a_body_without_code_need_not_run(
    tmp_path: Path,
) -> None:
    path = tmp_path / "listing.py"
    path.write_text(LISTING)
    measuring = coverage.Coverage(data_file=None, config_file=ROOT / "pyproject.toml")
    _, statements, excluded, missing, _ = measuring.analysis2(str(path))
    assert {4, 5} <= set(statements)
    assert 5 in missing
    assert 9 in excluded
