"""Highlighting: one string of HTML a line, remembered by content."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from press.extensions.listings import highlighting
from press.extensions.listings.highlighting import dedent, highlight
from press.problems import ProblemError

PYTHON = '''def f(a: int) -> str:
    """Two
    lines."""
    return f"{a}" if a < 1 else "&"
'''


@pytest.fixture(autouse=True)
def forgetful() -> None:
    highlight.cache_clear()


def test_there_is_one_string_a_line_with_its_spans_closed(tmp_path: Path) -> None:
    lines = highlight(PYTHON.rstrip("\n"), "python", tmp_path)
    assert len(lines) == 4
    for line in lines:
        assert line.count("<span") == line.count("</span>")
    assert lines[2] == '<span class="sd">    lines."""</span>'


@pytest.mark.parametrize("language", ["python", "sql", "bash", "yaml", "toml", "docker", "text"])
@given(code=st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_the_text_of_the_html_is_the_code(language: str, code: str) -> None:
    html = "\n".join(highlighting._lines(code, language))
    assert html.count("\n") == code.removesuffix("\n").count("\n")
    text = BeautifulSoup(f"<pre>{html}</pre>", "html.parser").get_text()
    assert text == code.removesuffix("\n")


def test_plain_names_and_punctuation_weigh_nothing(tmp_path: Path) -> None:
    assert highlight("a, b", "python", tmp_path) == ("a, b",)


def test_markup_in_code_is_escaped(tmp_path: Path) -> None:
    (line,) = highlight('"<b>&amp;"', "python", tmp_path)
    assert "<b>" not in line
    assert unescape(BeautifulSoup(line, "html.parser").get_text()) == '"<b>&"'


@pytest.mark.parametrize(
    ("line", "columns", "expected"),
    [
        ("    x", 4, "x"),
        ("        x", 4, "    x"),
        ('<span class="sd">    lines."""</span>', 4, '<span class="sd">lines."""</span>'),
        ("", 4, ""),
        ("x", 0, "x"),
    ],
)
def test_shared_indentation_is_removed_inside_the_first_span(
    line: str, columns: int, expected: str
) -> None:
    assert [*dedent([line], columns)] == [expected]


def test_an_unknown_language_is_a_problem_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as problem:
        highlight("x", "pyhton", tmp_path)
    assert str(problem.value) == 'unknown language "pyhton". Did you mean python?'


def test_a_language_like_no_other_gets_the_plain_one(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r'For plain text, write "text"\.'):
        highlight("x", "zzzzzzzz", tmp_path)


def test_code_is_highlighted_once_and_then_remembered_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = highlight(PYTHON, "python", tmp_path)
    highlight.cache_clear()
    monkeypatch.setattr(highlighting, "_lines", lambda *_: pytest.fail("highlighted again"))
    assert highlight(PYTHON, "python", tmp_path) == first


@pytest.mark.parametrize(("code", "language"), [("x", "python"), ("select", "sql")])
def test_the_memo_is_of_this_code_in_this_language(
    tmp_path: Path, code: str, language: str
) -> None:
    highlight("select", "python", tmp_path)
    highlight(code, language, tmp_path)
    assert len([*tmp_path.glob(".cache/press/highlight/*")]) == 2


@pytest.mark.parametrize("code", ["", "\n", "\n\nx\n\n", "x"])
def test_blank_lines_are_remembered_too(tmp_path: Path, code: str) -> None:
    first = highlight(code, "python", tmp_path)
    highlight.cache_clear()
    assert highlight(code, "python", tmp_path) == first == (*highlighting._lines(code, "python"),)


def test_the_highlighter_and_its_version_decide_what_is_remembered() -> None:
    assert highlighting._MEMO.module == highlighting.__name__
    assert highlighting._MEMO.libraries == ("pygments",)
