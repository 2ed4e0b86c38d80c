"""The pages of one article, checked and converted without building the site: see tests.article.

Each worker imports this module, and one of them the engine.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.repository import ROOT
from press.repository import CONFIG, SNIPPETS
from press.sources.pages import documents
from press.sources.settings import load_settings


def pages_of(article: str) -> list[str]:
    """The pages that show its listings or name them."""
    pages = documents(load_settings(ROOT))
    return [page.path for page in pages if f"{SNIPPETS}/{article}/" in page.body]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    article = metafunc.config.getoption("article")
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", pages_of(article))


def test_nothing_is_wrong_with_the_sources_of_the_article(request: pytest.FixtureRequest) -> None:
    from press.checks.sources import check_sources

    article = request.config.getoption("article")
    ours = (f"{SNIPPETS}/{article}/", *pages_of(article))
    findings = check_sources(ROOT, datetime.now(UTC))
    assert [str(finding) for finding in findings if finding.path.startswith(ours)] == []


def test_a_page_of_the_article_is_converted_without_a_problem(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mkdocs.config import load_config
    from mkdocs.structure.files import get_files
    from mkdocs.structure.pages import Page

    from tests.press.miniature import logged

    monkeypatch.chdir(ROOT)
    config = load_config(str(ROOT / CONFIG))
    files = get_files(config)
    source = files.get_file_from_path(page.removeprefix("docs/"))
    assert source is not None
    converted = Page(None, source, config)
    converted.read_source(config)
    with logged() as problems:
        converted.render(config, files)
    assert problems == []
