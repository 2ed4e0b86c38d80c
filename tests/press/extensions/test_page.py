"""The page that a converter renders: its path, where its body begins, whether it is an excerpt."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from press.extensions.page import add_anchor, current_page
from tests.press.miniature import mkdocs_converter

BODY = "First line.\n\nThird line.\n"


def test_text_of_no_file_has_no_page() -> None:
    assert current_page(Markdown()) is None


def test_a_page_is_named_as_its_author_names_it(tmp_path: Path) -> None:
    page = current_page(mkdocs_converter(tmp_path, BODY))
    assert page is not None
    assert page.path == "docs/posts/x.md"


@pytest.mark.parametrize(
    ("front_matter", "lines"),
    [
        ("", 0),
        ("\n", 1),
        ("---\ntitle: A\n---\n", 3),
        ("---\ntitle: A\n---\n\n\n", 5),
        ("\N{ZERO WIDTH NO-BREAK SPACE}---\ntitle: A\n...\n", 3),
    ],
)
def test_lines_above_the_body_are_counted(tmp_path: Path, front_matter: str, lines: int) -> None:
    page = current_page(mkdocs_converter(tmp_path, front_matter + BODY))
    assert page is not None
    assert page.front_matter_lines == lines


def test_lines_are_counted_anew_when_the_file_changes(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, BODY)
    before = current_page(md)
    source = tmp_path / "docs/posts/x.md"
    source.write_text(f"---\ntitle: A longer title\n---\n{BODY}", encoding="utf-8")
    after = current_page(md)
    assert before is not None
    assert after is not None
    assert (before.front_matter_lines, after.front_matter_lines) == (0, 3)


def test_a_page_that_has_no_file_has_no_front_matter(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, BODY)
    (tmp_path / "docs/posts/x.md").unlink()
    page = current_page(md)
    assert page is not None
    assert (page.path, page.front_matter_lines) == ("posts/x.md", 0)


def test_the_body_is_the_whole_page_and_less_is_not(tmp_path: Path) -> None:
    page = current_page(mkdocs_converter(tmp_path, f"---\ntitle: A\n---\n{BODY}"))
    assert page is not None
    assert page.whole(BODY)
    assert not page.whole("First line.\n")


def test_what_the_blog_plugin_renders_for_a_list_is_an_excerpt(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, BODY)
    md.treeprocessors.register(Treeprocessor(md), "excerpt", 0)
    page = current_page(md)
    assert page is not None
    assert page.excerpt
    assert not page.whole(BODY)


def test_mkdocs_learns_of_ids_in_html_that_it_does_not_see(tmp_path: Path) -> None:
    md = mkdocs_converter(tmp_path, BODY)
    add_anchor(md, "listing-a")
    anchors = md.treeprocessors["mkdocs_extract_anchors"]
    assert anchors.present_anchor_ids == {"listing-a"}


def test_a_converter_without_mkdocs_needs_no_ids() -> None:
    add_anchor(Markdown(), "listing-a")
