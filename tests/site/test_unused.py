"""Every listing, transcript and measurement is shown by some page."""

from __future__ import annotations

from lab.repository import ROOT
from press.checks.unused import unused
from press.sources.pages import documents
from press.sources.settings import load_settings


def test_what_was_written_for_readers_is_shown_to_them() -> None:
    pages = documents(load_settings(ROOT))

    assert [str(finding) for finding in unused(pages, ROOT)] == []
