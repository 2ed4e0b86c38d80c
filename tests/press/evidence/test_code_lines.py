"""The element of a line says how deep the line is indented."""

from __future__ import annotations

import pytest

from lab.repository import ROOT
from press.evidence.code_lines import shown_line

STYLE = (ROOT / "docs" / "assets" / "article.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("x", "line"),
        ("    x", "line indent-4"),
        ("     x", "line indent-4"),
        (" " * 40 + "x", "line indent-24"),
        ("", "line"),
        ("    ", "line"),
    ],
)
def test_the_class_is_the_indentation(text: str, classes: str) -> None:
    assert shown_line(text, "<b>x</b>") == f'<span class="{classes}"><b>x</b></span>'


def test_a_marked_line_of_a_file_says_both() -> None:
    assert shown_line("  x", "x", marked=True, number=7) == (
        '<span class="line line--marked indent-2" data-line="7">x</span>'
    )


@pytest.mark.parametrize(
    ("text", "is_unbroken"),
    [
        ("    " + "x" * 41, False),
        ("    " + "x" * 42, True),
        ("    " + "x" * 42 + " y", True),
        ("    x " + "x" * 42, False),
        ("x" * 60, False),
    ],
)
def test_a_first_word_too_long_for_a_phone_may_break_anywhere(text: str, is_unbroken: bool) -> None:
    assert ("line--unbroken" in shown_line(text, "x")) is is_unbroken


def test_the_style_sheet_knows_every_depth() -> None:
    for columns in range(2, 26, 2):
        assert f".indent-{columns} {{ --indent: {columns}; }}" in STYLE
        assert f"indent-{columns}" in shown_line(" " * columns + "x", "x")
