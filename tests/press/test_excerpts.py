"""A list of articles converts what it shows of each, and no more."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markdown import Markdown

from press import excerpts

TEXT = "Seen, by [one][a].\n\n<!-- more -->\n\nUnseen.\n\n[a]: https://example.com/\n"


def converter(monkeypatch: pytest.MonkeyPatch, *, excerpt: bool) -> Markdown:
    """A converter that renders a page, or an excerpt of one."""
    monkeypatch.setattr(excerpts, "current_page", lambda md: SimpleNamespace(excerpt=excerpt))
    return Markdown(extensions=["press.excerpts"])


def test_an_excerpt_ends_at_its_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    html = converter(monkeypatch, excerpt=True).convert(TEXT)
    assert "Seen" in html
    assert "Unseen" not in html


def test_an_excerpt_keeps_the_separator_by_which_the_blog_plugin_cuts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "<!-- more -->" in converter(monkeypatch, excerpt=True).convert(TEXT)


def test_the_links_of_an_excerpt_lead_where_those_of_the_article_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html = converter(monkeypatch, excerpt=True).convert(TEXT)
    assert '<a href="https://example.com/">one</a>' in html


def test_a_page_is_converted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Unseen" in converter(monkeypatch, excerpt=False).convert(TEXT)


def test_an_article_without_a_separator_is_its_own_excerpt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "Unseen" in converter(monkeypatch, excerpt=True).convert("Unseen.\n")


def test_text_of_no_page_is_converted_whole() -> None:
    assert "Unseen" in Markdown(extensions=["press.excerpts"]).convert(TEXT)
