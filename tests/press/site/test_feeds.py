"""What a feed carries of an article."""

from __future__ import annotations

import pytest

from press.site.feeds import for_feed

ADDRESS = "https://blog.example/pool/"


@pytest.mark.parametrize(
    ("target", "absolute"),
    [
        ("#why", "https://blog.example/pool/#why"),
        ("../queue/", "https://blog.example/queue/"),
        ("../assets/a.png", "https://blog.example/assets/a.png"),
        ("https://www.postgresql.org/docs/", "https://www.postgresql.org/docs/"),
        ("mailto:us@blog.example", "mailto:us@blog.example"),
    ],
)
def test_addresses_become_absolute(target: str, absolute: str) -> None:
    assert for_feed(f'<a href="{target}">x</a>', ADDRESS) == f'<a href="{absolute}">x</a>'


def test_text_that_looks_like_an_address_is_left_alone() -> None:
    text = "<p>write href=&quot;#x&quot; there</p>"
    assert for_feed(text, ADDRESS) == text


def test_code_loses_its_colors_and_keeps_the_numbers_of_its_notes() -> None:
    code = (
        '<pre tabindex="0"><code><span class="line" data-line="3"><span class="k">if</span> x:'
        '<span class="note" role="img" aria-label="note 1">1</span></span>\n</code></pre>'
    )
    assert for_feed(code, ADDRESS) == '<pre tabindex="0"><code>if x:  (1)\n</code></pre>'


def test_what_a_page_folds_or_hides_is_left_out() -> None:
    html = (
        "<p>a</p>"
        '<details class="listing__whole"><summary>whole file</summary><pre>x</pre></details>'
        '<details class="listing__tests"><summary>run by 2 tests</summary></details>'
        '<button class="copy" type="button" hidden>Copy</button>'
        '<svg class="figure__narrow" role="img"><path d="M0 0"/></svg><p>b</p>'
    )
    assert for_feed(html, ADDRESS) == "<p>a</p><p>b</p>"


def test_the_drawing_that_a_page_shows_stays() -> None:
    html = '<svg class="figure__wide" role="img"><path d="M0 0"/></svg>'
    assert for_feed(html, ADDRESS) == html
