"""What templates are given that pages do not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.hooks.template_globals import headline, related
from press.sources.articles import Article
from press.sources.front_matter import Headline, PostMeta, parse
from tests.press import records
from tests.press.miniature import article


def of(name: str, *tags: str) -> Article:
    parsed = parse(f"docs/posts/{name}.md", article(tags=list(tags), slug=name), PostMeta)
    assert isinstance(parsed.meta, PostMeta)
    return Article(parsed.path, f"{name}/", 100, parsed.meta)


def test_a_headline_is_the_recorded_number_with_what_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.write(tmp_path, records.record(tmp_path))
    monkeypatch.chdir(tmp_path)
    named = Headline(measurement="pool-sizing", quantity="speedup", label="requests served")

    shown = headline(named)

    assert shown is not None
    assert (shown["text"], shown["value"], shown["label"]) == ("4.2×", "4.25", "requests served")
    assert shown["title"].startswith("only 1 run × 3 rounds")


@pytest.mark.parametrize(
    "named",
    [None, Headline(measurement="no", quantity="speedup", label="requests")],
    ids=["none", "never measured"],
)
def test_without_a_recorded_number_there_is_no_headline(
    named: Headline | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert headline(named) is None


def test_related_articles_share_tags_and_the_closest_come_first() -> None:
    this = of("this", "a", "b", "c")
    one, two, none, another, more = (
        of("one", "a"),
        of("two", "a", "b"),
        of("none", "z"),
        of("another", "c"),
        of("more", "b"),
    )

    found = related(this.path, this.tags, [this, one, two, none, another, more])

    assert found == [two, one, another]
