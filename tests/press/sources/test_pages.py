"""The pages as their authors wrote them, and where the site has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.sources.front_matter import ErrorMeta, PageMeta, PostMeta
from press.sources.pages import documents, sources
from press.sources.sayings import LedgerMeta
from press.sources.settings import load_settings
from tests.press.miniature import article, repository, write

ERROR = (
    "---\ntitle: too many clients\ndescription: The server is full.\ntemplate: error.html\n---\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a page of each kind."""
    repository(tmp_path)
    write(tmp_path, "docs/posts/a-file.md", article(slug="an-address"))
    write(tmp_path, "docs/errors/index.md", "# Errors\n")
    write(tmp_path, "docs/errors/full.md", ERROR)
    write(tmp_path, "docs/about.md", "# About\n")
    return tmp_path


def test_each_kind_of_page_has_its_front_matter(root: Path) -> None:
    kinds = {page.path: type(page.meta) for page in documents(load_settings(root))}

    assert kinds == {
        "docs/about.md": PageMeta,
        "docs/authors.md": PageMeta,
        "docs/errors/full.md": ErrorMeta,
        "docs/errors/index.md": PageMeta,
        "docs/guarantee.md": PageMeta,
        "docs/index.md": PageMeta,
        "docs/ledger.md": LedgerMeta,
        "docs/posts/a-file.md": PostMeta,
    }


def test_a_built_page_leads_back_to_its_source(root: Path) -> None:
    assert sources(documents(load_settings(root))) == {
        "about/index.html": "docs/about.md",
        "an-address/index.html": "docs/posts/a-file.md",
        "authors/index.html": "docs/authors.md",
        "errors/full/index.html": "docs/errors/full.md",
        "errors/index.html": "docs/errors/index.md",
        "guarantee/index.html": "docs/guarantee.md",
        "index.html": "docs/index.md",
        "ledger/index.html": "docs/ledger.md",
    }


def test_what_an_editor_hides_is_no_page(root: Path) -> None:
    before = documents(load_settings(root))
    (root / "docs/posts/.#a-file.md").symlink_to("nowhere")

    assert documents(load_settings(root)) == before
