"""Lines of code as an HTML block, with marked lines and the numbers of notes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from press.evidence.code_lines import shown_line
from press.extensions.listings.highlighting import dedent
from press.sources.regions import Line


def code_block(lines: Sequence[Line], code: Sequence[str], language: str) -> str:
    """Lines of code as a block, without the indentation that they share."""
    shared = min(len(line.text) - len(line.text.lstrip()) for line in lines if line.text)
    html = "\n".join(
        _line(line, line.text[shared:], dedented)
        for line, dedented in zip(lines, dedent(code, shared), strict=True)
    )
    return (
        '<div class="highlight"><pre tabindex="0">'
        f'<code class="language-{escape(language)}">{html}\n</code></pre></div>'
    )


def _line(line: Line, text: str, code: str) -> str:
    notes = "".join(
        f'<span class="note" role="img" aria-label="note {note}">{note}</span>'
        for note in line.notes
    )
    return shown_line(text, f"{code}{notes}", marked=line.marked, number=line.number)
