"""A list of articles converts nothing of them: what it shows is front matter."""

from __future__ import annotations

from pathlib import Path

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from tests.press.miniature import mkdocs_converter

TEXT = "Seen.\n\n<!-- more -->\n\nMore.\n"


def test_an_article_is_not_converted_for_a_list(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, TEXT)
    md.treeprocessors.register(Treeprocessor(md), "excerpt", 0)
    md.registerExtensions(["press.extensions.excerpts"], {})
    assert md.convert(TEXT) == ""


def test_a_page_is_converted_whole(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, TEXT)
    md.registerExtensions(["press.extensions.excerpts"], {})
    html = md.convert(TEXT)
    assert "Seen." in html
    assert "More." in html


def test_text_of_no_page_is_converted_whole() -> None:
    assert "More." in Markdown(extensions=["press.extensions.excerpts"]).convert(TEXT)
