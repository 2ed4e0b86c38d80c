"""The search index holds what the pages mark as text, and a failure is one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from press.site.search_index import index_search
from press.sources.settings import load_settings
from tests.press.miniature import repository, write


def test_it_makes_an_index_that_a_browser_loads_in_chunks(tmp_path: Path) -> None:
    settings = load_settings(repository(tmp_path))
    page = '<html lang="en"><body><main data-pagefind-body>QueuePool limit</main></body></html>'
    write(tmp_path, "site/pool/index.html", page)

    assert index_search(tmp_path / "site", settings) == []

    made = tmp_path / "site" / "pagefind"
    assert (made / "pagefind.js").is_file()
    assert list(made.glob("fragment/*.pf_fragment"))


def test_a_failure_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(repository(tmp_path))

    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no space\nleft\n")

    monkeypatch.setattr("subprocess.run", fail)
    (finding,) = index_search(tmp_path / "site", settings)
    assert "cannot be made: no space left" in str(finding)
