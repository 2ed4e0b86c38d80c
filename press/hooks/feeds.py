"""Articles for feed readers: their HTML with absolute addresses and without what needs the site.

Losing it costs feeds their absolute links and makes them longer.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

_ADDRESS = re.compile(r'(?<= )(href|src)="([^"]*)"')
# The style sheet unfolds, hides or colors these; a reader elsewhere would get them all at once.
_UNFOLDED = re.compile(r'<details class="listing__(?:whole|tests)">.*?</details>', re.DOTALL)
_BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL)
_NARROW = re.compile(r'<svg\b[^>]*class="[^"]*figure__narrow[^"]*".*?</svg>', re.DOTALL)
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_NOTE = re.compile(r'<span class="note"[^>]*>(\d+)</span>')
_SPAN = re.compile(r"</?span\b[^>]*>")


def for_feed(html: str, address: str) -> str:
    """The HTML of an article as a feed carries it.

    Args:
        html: the article as its page shows it.
        address: the absolute address of that page.
    """
    for surplus in (_UNFOLDED, _BUTTON, _NARROW):
        html = surplus.sub("", html)
    html = _CODE.sub(_plain, html)
    return _ADDRESS.sub(lambda found: f'{found[1]}="{urljoin(address, found[2])}"', html)


def _plain(code: re.Match[str]) -> str:
    """A block of code without its colors, the numbers of its notes in parentheses."""
    return _SPAN.sub("", _NOTE.sub(r"  (\1)", code[0]))
