"""A problem is one line in the log and one place on the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from press.extensions.reporting import report
from press.problems import ProblemError
from tests.press.miniature import include, logged, mkdocs_converter, repository, write


def test_a_problem_names_page_line_fault_and_remedy(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, "---\ntitle: A\n---\nText.\n")
    with logged() as problems:
        report(md, 2, "it is <wrong>", "Fix it.")
    assert problems == ["docs/posts/x.md:5: it is <wrong>. Fix it."]


def test_the_page_shows_what_the_log_says() -> None:
    assert report(Markdown(), 2, "it is <wrong>", "Fix it.") == (
        '<div class="problem" role="alert">this page:2: it is &lt;wrong&gt;. Fix it.</div>'
    )


def test_a_problem_without_a_line_names_the_page(tmp_path: Path) -> None:
    with logged() as problems:
        report(mkdocs_converter(tmp_path, "Text.\n"), None, "it is wrong", "Fix it.")
    assert problems == ["docs/posts/x.md: it is wrong. Fix it."]


def test_an_error_reads_as_its_report_does() -> None:
    assert str(ProblemError("it is wrong", "Fix it.")) == "it is wrong. Fix it."


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of one page, whose listing is not there, in the current directory."""
    repository(tmp_path)
    write(tmp_path, "docs/index.md", f"---\ntitle: A\n---\n\nText.\n\n{include('snippets/a.py')}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build_site(*, strict: bool) -> list[str]:
    with logged() as problems:
        build(load_config("mkdocs.yml", strict=strict))
    return problems


def test_a_problem_fails_a_strict_build(site: Path) -> None:
    with pytest.raises(Abort, match="1 warnings in strict mode"):
        build_site(strict=True)


def test_a_preview_goes_on_and_recovers_when_the_page_is_mended(site: Path) -> None:
    (problem,) = build_site(strict=False)
    assert problem.startswith("docs/index.md:7: there is no file snippets/a.py.")
    shown = (site / "site/index.html").read_text(encoding="utf-8")
    assert '<div class="problem" role="alert">docs/index.md:7: there is no file' in shown

    (site / "snippets/a.py").write_text("x = 1\n", encoding="utf-8")
    assert build_site(strict=True) == []
    fixed = (site / "site/index.html").read_text(encoding="utf-8")
    assert 'class="problem"' not in fixed
    assert 'id="listing-a"' in fixed
