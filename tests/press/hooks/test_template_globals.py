"""What templates are given that pages do not hold."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mkdocs.structure.pages import Page

from press.hooks.template_globals import headline, reading_time, related
from tests.press import records


def page(markdown: str = "", *tags: str) -> Page:
    return cast("Page", SimpleNamespace(markdown=markdown, meta={"tags": list(tags)}))


def test_a_headline_is_the_recorded_number_with_what_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.write(tmp_path, records.record(tmp_path))
    monkeypatch.chdir(tmp_path)
    named = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests served"}

    shown = headline({"headline": named})

    assert shown is not None
    assert (shown["text"], shown["value"], shown["label"]) == ("4.2×", "4.25", "requests served")
    assert shown["title"].startswith("median of 3 runs")


@pytest.mark.parametrize(
    "meta",
    [{}, {"headline": {"measurement": "no", "quantity": "speedup", "label": "requests"}}],
    ids=["none", "never measured"],
)
def test_without_a_recorded_number_there_is_no_headline(
    meta: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert headline(meta) is None


def test_reading_time_counts_words_and_not_code() -> None:
    assert reading_time(page("word " * 1100)) == 5
    assert reading_time(page("word " * 10 + "\n```\n" + "code " * 5000 + "\n```\n")) == 1


def test_related_articles_share_tags_and_the_closest_come_first() -> None:
    this = page("", "a", "b", "c")
    one, two, none, another, more = (
        page("", "a"),
        page("", "a", "b"),
        page("", "z"),
        page("", "c"),
        page("", "b"),
    )

    assert related(this, [this, one, two, none, another, more]) == [two, one, another]
