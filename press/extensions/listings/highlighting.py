"""Code to HTML, one string a line, remembered by content in memory and on disk.

Highlighting is the dearest part of a build, and the blog plugin renders an article again for each
list that it appears in. The memo on disk makes the next build as cheap as the second rendering.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from lab.suggestion import did_you_mean
from press.memo import Memo
from press.problems import ProblemError

# Plain names, punctuation and blanks take the color of text: a span would only add weight.
_PLAIN = {"", "n", "p", "w"}
_MEMO = Memo("highlight", __name__, libraries=("pygments",))


@lru_cache(maxsize=4096)
def highlight(code: str, language: str, root: Path) -> tuple[str, ...]:
    """The lines of `code` as HTML, each with its spans closed.

    Args:
        code: the code; its blank lines are kept, also at its ends.
        language: a name that Pygments knows.
        root: the repository, which keeps the memo.

    Raises:
        ProblemError: if Pygments does not know the language.
    """
    html = _MEMO.recall(root, [language, code], lambda: "\n".join(_lines(code, language)))
    return tuple(html.split("\n"))


def dedent(lines: Sequence[str], columns: int) -> Sequence[str]:
    """Highlighted lines without the first `columns` of their indentation."""
    if not columns:
        return lines
    indentation = re.compile(rf'^(<span class="\w+">)? {{{columns}}}')
    return [indentation.sub(r"\1", line) for line in lines]


def _lines(code: str, language: str) -> Iterator[str]:
    line: list[str] = []
    for css, text in _tokens(code, language):
        first, *others = text.split("\n")
        line.append(_span(css, first))
        for other in others:
            yield "".join(line)
            line = [_span(css, other)]


def _tokens(code: str, language: str) -> Iterator[tuple[str, str]]:
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=True)
    except ClassNotFound:
        raise ProblemError(f'unknown language "{language}"', _suggestion(language)) from None
    css, text = "", ""
    for token, value in lexer.get_tokens(code):
        while token not in STANDARD_TYPES:
            assert token.parent is not None
            token = token.parent
        name = STANDARD_TYPES[token]
        if name != css:
            yield css, text
            css, text = name, ""
        text += value
    yield css, text


def _span(css: str, text: str) -> str:
    html = escape(text, quote=False)
    return html if css in _PLAIN or not text else f'<span class="{css}">{html}</span>'


def _suggestion(language: str) -> str:
    known = [alias for _, aliases, _, _ in get_all_lexers() for alias in aliases]
    return did_you_mean(language, known, most=1).strip() or 'For plain text, write "text".'
