"""HTML that an author writes into a page, where it would pass for what the press makes.

Code in it is in no fence, so that nothing runs it; a number in it looks measured and is typed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from press.evidence.quantities import CSS_CLASS
from press.problems import Finding
from press.sources.prose import without_code

_RULES = (
    (
        re.compile(r"<(?:pre|listing|samp|tt|xmp)\b[^>]*>", re.IGNORECASE),
        "is code in HTML, which nothing runs",
        "Move it to snippets/ and include it in a fence.",
    ),
    (
        re.compile(
            rf"<data\b[^>]*>|<\w[^>]*\b{CSS_CLASS}\b[^>]*>"
            rf"|\{{[^}}\n]*(?:\.|class=[^}}\n]*\b){CSS_CLASS}\b[^}}\n]*\}}",  # of attr_list
            re.IGNORECASE,
        ),
        "makes a number look measured",
        "Quote a record: [[measurement.quantity]].",
    ),
)


@lru_cache(maxsize=4096)
def check_raw_html(path: str, body: str, first: int) -> tuple[Finding, ...]:
    """The HTML of a page that would pass for a listing or for a measured number.

    Args:
        path: the page as an author names it.
        body: its Markdown, without the front matter.
        first: the line of the file on which the body begins.
    """
    text = without_code(body)
    return tuple(
        Finding(path, first + text.count("\n", 0, found.start()), f"'{found[0]}' {why}", remedy)
        for pattern, why, remedy in _RULES
        for found in pattern.finditer(text)
    )
