"""Each tag that a published article carries has a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from press.sources.articles import tag_url
from tests.press.miniature import BODY, front_matter, repository, write

TEMPLATE = """\
{% for post in listed(page) %}
<a href="{{ post.url | url }}">{{ post.title }}</a>
{% endfor %}
<i>{{ tag_url(page.meta.tag) }}</i>
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with an article under two tags, and a draft under a third."""
    root = repository(tmp_path)
    write(root, "overrides/tag.html", TEMPLATE)
    published = front_matter(tags=["asyncpg", "load testing"], draft=None)
    write(root, "docs/posts/pool.md", published + BODY)
    draft = front_matter(tags=["queueing"], slug="draft", title="A draft")
    write(root, "docs/posts/draft.md", draft + BODY)
    monkeypatch.chdir(root)
    config = load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site"))
    # MkDocs keeps plugins between loads: what a preview told them before does not hold here.
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return root / "site"


def test_the_page_of_a_tag_lists_its_articles(site: Path) -> None:
    page = (site / "tags" / "asyncpg" / "index.html").read_text(encoding="utf-8")
    assert '<a href="../../pool/">A pool is a queue</a>' in page


def test_templates_know_the_address_of_a_tag(site: Path) -> None:
    page = (site / "tags" / "load-testing" / "index.html").read_text(encoding="utf-8")
    assert f"<i>{tag_url('load testing')}</i>" in page


def test_a_tag_of_drafts_only_has_no_page(site: Path) -> None:
    assert not (site / "tags" / "queueing").exists()
