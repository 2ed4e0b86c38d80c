"""What we list of a build is what the engine's blog publishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mkdocs.config.defaults import MkDocsConfig

from press.sources.articles import articles, by_category, by_year, category_url, year_url
from press.sources.settings import load_settings
from tests.press.miniature import BODY, article, preview, publish, repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Articles of two years and of one day, a draft, and one that is dated in the future."""
    repository(tmp_path)
    different: dict[str, dict[str, Any]] = {
        "a": {"date": {"created": day(2026, 1, 3)}, "categories": ["Capacity", "Connections"]},
        "b": {"date": {"created": day(2026, 1, 3)}},
        "c": {"date": {"created": day(2025, 7, 1)}},
        "draft": {"draft": True},
        "later": {"date": {"created": day(2126, 1, 1)}},
    }
    for name, fields in different.items():
        fields = {"slug": name, "title": name, "draft": None, **fields}
        text = article(BODY, **fields)
        write(tmp_path, f"docs/posts/{name}.md", text)
    return tmp_path


def day(*parts: int) -> Any:
    return datetime(*parts).date()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "drafts", "names"),
    [(publish, False, "abc"), (preview, True, ["later", "draft", "a", "b", "c"])],
    ids=["build", "preview"],
)
def test_it_is_the_same_list_with_the_same_addresses(
    root: Path, build: Callable[[Path], MkDocsConfig], drafts: bool, names: list[str]
) -> None:
    blog: Any = build(root).plugins["material/blog"]

    ours = articles(load_settings(root), datetime.now(UTC), drafts=drafts)

    assert [found.meta.title for found in ours] == list(names)
    assert [(found.url, found.meta.title) for found in ours] == [
        (post.url, post.title) for post in blog.blog.posts
    ]


def test_categories_and_years_have_the_same_addresses_and_articles(root: Path) -> None:
    blog: Any = publish(root).plugins["material/blog"]
    theirs = {view.url: [post.url for post in view.posts] for view in blog.blog.views}

    shown = articles(load_settings(root), datetime.now(UTC), drafts=False)
    ours = {category_url(name): listed for name, listed in by_category(shown).items()}
    ours |= {year_url(year): listed for year, listed in by_year(shown).items()}

    assert {url: [a.url for a in listed] for url, listed in ours.items()} == theirs


def test_reading_time_counts_words_and_not_code(tmp_path: Path) -> None:
    repository(tmp_path)
    code = "\n```text\n" + "code " * 5000 + "\n```\n"
    for name, body in {"long": "word " * 1100, "short": "word " * 10 + code}.items():
        write(tmp_path, f"docs/posts/{name}.md", article(body, slug=name, title=name))

    shown = articles(load_settings(tmp_path), datetime.now(UTC), drafts=True)

    assert {found.title: found.minutes for found in shown} == {"long": 5, "short": 1}
