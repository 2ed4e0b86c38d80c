"""What templates are given that pages do not hold."""

from __future__ import annotations

import contextlib
import gc
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.pages import Page

from press.hooks.template_globals import (
    headline,
    on_build_error,
    on_post_build,
    on_pre_build,
    reading_time,
    related,
)
from tests.press import records
from tests.press.tree import article, preview, repository, write


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


def test_garbage_is_not_collected_during_a_build_and_is_after_it() -> None:
    config = cast("MkDocsConfig", None)
    on_pre_build(config=config)
    during = gc.isenabled()
    on_post_build(config=config)
    after = gc.isenabled()
    on_pre_build(config=config)
    on_build_error(error=ValueError())

    assert (during, after, gc.isenabled()) == (False, True, True)


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


def test_a_site_builds_without_the_hook(tmp_path: Path) -> None:
    root = unhooked(tmp_path)
    write(root, "docs/posts/pool.md", article("Text.\n"))

    preview(root)

    assert (root / "preview/pool/index.html").is_file()


def test_front_matter_that_cannot_be_used_stops_mkdocs_without_the_hook(
    tmp_path: Path,
) -> None:
    root = unhooked(tmp_path)
    write(root, "docs/posts/pool.md", article(date="soon"))

    with pytest.raises(Abort):
        preview(root)


@pytest.mark.parametrize("hooked", [True, False], ids=["hook", "no hook"])
def test_settings_that_cannot_be_used_are_named_in_a_preview(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, hooked: bool
) -> None:
    root = repository(tmp_path) if hooked else unhooked(tmp_path)
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    write(root, "mkdocs.yml", settings.replace("[asyncio, asyncpg, queueing]", "asyncio"))

    with pytest.raises(Abort) if hooked else contextlib.nullcontext():
        preview(root)

    assert "mkdocs.yml:1: 'extra.tags' is not a list of names." in caplog.text


def unhooked(root: Path) -> Path:
    """A repository whose settings name no hook."""
    repository(root)
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    without, hooks = re.subn(r"^hooks:\n(?:  .*\n)+", "", settings, flags=re.MULTILINE)
    assert hooks == 1
    write(root, "mkdocs.yml", without)
    return root
