"""A list of articles converts nothing of them: what it shows is front matter."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markdown import Markdown

from press import excerpts

TEXT = "Seen.\n\n<!-- more -->\n\nMore.\n"


def converter(monkeypatch: pytest.MonkeyPatch, *, excerpt: bool) -> Markdown:
    """A converter that renders a page, or an excerpt of one."""
    monkeypatch.setattr(excerpts, "current_page", lambda md: SimpleNamespace(excerpt=excerpt))
    return Markdown(extensions=["press.excerpts"])


def test_an_article_is_not_converted_for_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert converter(monkeypatch, excerpt=True).convert(TEXT) == ""


def test_a_page_is_converted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    html = converter(monkeypatch, excerpt=False).convert(TEXT)
    assert "Seen." in html
    assert "More." in html


def test_text_of_no_page_is_converted_whole() -> None:
    assert "More." in Markdown(extensions=["press.excerpts"]).convert(TEXT)
