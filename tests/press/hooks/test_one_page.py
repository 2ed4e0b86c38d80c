"""A preview of one page leaves the other articles out; a build never does."""

from __future__ import annotations

from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from tests.press.miniature import article, preview, publish, repository, warnings, write

POOL, QUEUE = "docs/posts/pool.md", "docs/posts/queue.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two articles, one of them with a link to the other."""
    repository(tmp_path)
    settings = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8")
    settings = settings.replace("extra:\n", 'extra:\n  page: !ENV [PAGE, ""]\n')
    write(tmp_path, "mkdocs.yml", settings)
    write(tmp_path, POOL, article("The pool makes [callers wait](queue.md).\n"))
    write(tmp_path, QUEUE, article("A queue grows.\n", slug="queue", title="A queue grows"))
    return tmp_path


def shown(site: Path) -> set[str]:
    """The articles of a site."""
    return {name for name in ("pool", "queue") if (site / name).is_dir()}


def test_all_articles_are_shown_where_none_is_named(root: Path) -> None:
    preview(root)

    assert shown(root / "preview") == {"pool", "queue"}


def test_one_article_is_shown_with_the_front_page_and_without_the_others(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAGE", POOL)

    assert warnings(root, caplog) == []
    assert shown(root / "preview") == {"pool"}
    assert (root / "preview" / "index.html").is_file()


def test_what_is_wrong_with_it_is_still_a_warning(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAGE", POOL)
    write(root, POOL, article("The pool is simply a queue.\n"))

    (warning,) = warnings(root, caplog)
    assert warning.startswith(f"{POOL}:14: 'simply' was not measured.")


def test_a_page_that_is_not_there_is_named_with_those_that_are(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAGE", "docs/posts/pol.md")

    with pytest.raises(Abort):
        preview(root)

    assert caplog.records[-1].message == (
        f"PAGE=docs/posts/pol.md is no article. Did you mean {POOL} or {QUEUE}? "
        f"There is: {POOL}, {QUEUE}."
    )


def test_a_build_leaves_nothing_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGE", POOL)
    write(root, POOL, article(draft=None))
    write(root, QUEUE, article(draft=None, slug="queue"))

    publish(root)

    assert shown(root / "site") == {"pool", "queue"}
