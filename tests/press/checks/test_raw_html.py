"""HTML that would pass for a listing or for a measured number."""

from __future__ import annotations

import pytest

from press.checks.raw_html import check_raw_html

PATH = "docs/posts/pool.md"


def found(body: str) -> list[str]:
    return [str(finding) for finding in check_raw_html(PATH, body, 10)]


@pytest.mark.parametrize("tag", ["<pre>", '<pre class="x">', "<PRE>", "<samp>", "<tt>"])
def test_code_in_html_is_refused_at_its_line(tag: str) -> None:
    assert found(f"First line.\n\n{tag}SELECT 1</{tag[1:4]}>\n") == [
        f"{PATH}:12: '{tag}' is code in HTML, which nothing runs."
        " Move it to snippets/ and include it in a fence."
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('<data class="measured" value="9">9×</data>', '<data class="measured" value="9">'),
        ("<data>9×</data>", "<data>"),
        ('<span class="big measured">9×</span>', '<span class="big measured">'),
        ("**9×**{: .measured }", "{: .measured }"),
        ("**9×**{.measured}", "{.measured}"),
        ("**9×**{ class='big measured' }", "{ class='big measured' }"),
    ],
)
def test_a_typed_number_that_looks_measured_is_refused(typed: str, shown: str) -> None:
    assert found(f"It is {typed} as fast.\n") == [
        f"{PATH}:10: '{shown}' makes a number look measured."
        " Quote a record: [[measurement.quantity]]."
    ]


@pytest.mark.parametrize(
    "body",
    [
        "It is [[pool-sizing.speedup]] as fast, as measured.\n",
        "`<pre>` and `<data>` are tags.\n",
        '```html untested="shows tags"\n<pre class="measured">\n```\n',
        "<div markdown>\n\nWhat we measured.\n\n</div>\n",
        "<!-- <pre> -->\n",
        "See [it](x.md){ .precise }.\n",
        "Let \\(t_{measured}\\) be the time.\n",
    ],
)
def test_what_is_said_about_html_and_other_html_stay(body: str) -> None:
    assert found(body) == []
