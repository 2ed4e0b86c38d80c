"""The crawl of a built site."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.checks.links import Crawl, crawl
from tests.press.miniature import write

URL = "https://blog.example/load/"


def crawled(site: Path, **pages: str) -> Crawl:
    """Crawl a site that has a front page, `pool/` with the anchor `why`, and these pages."""
    files = {
        "index.html": "<p id='top-line'>",
        "pool/index.html": "<h2 id='why'>",
        "assets/a b.css": "",
        **{name.replace("__", "/"): text for name, text in pages.items()},
    }
    for name, text in files.items():
        write(site, name, text)
    return crawl(site, URL)


def said(crawl: Crawl) -> list[str]:
    return [str(finding) for finding in crawl.findings]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="../pool/">',
        '<a href="../pool/index.html">',
        '<a href="/load/pool/#why">',
        '<a href="https://blog.example/load/pool/?q=1#why">',
        '<a href="../pool/#w%68y">',
        '<a href="">',
        '<a href="#">',
        '<a href="#top">',
        '<a href="#here"><p id="here">',
        '<a href="#here"><a name="here">',
        '<a href="#here"><span class="k" id="here">def</span>',
        '<a href="..">',
        '<link rel="stylesheet" href="../assets/a%20b.css">',
        '<img srcset="../assets/a%20b.css 1x, ../assets/a%20b.css 2x">',
        '<svg><path clip-path="url(#clip)"/><clipPath id="clip"/></svg>',
        '<a href="mailto:a@blog.example">',
        '<img src="data:image/png;base64,AAAA">',
        '<script type="application/ld+json">{"url": "https://blog.example/load/pool/"}</script>',
    ],
)
def test_an_address_that_leads_somewhere_passes(tmp_path: Path, html: str) -> None:
    assert said(crawled(tmp_path, **{"x__index.html": html})) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="../pol/">', "there is no '/load/pol/'."),
        ('<a href="../pool/#when">', "there is no anchor '/load/pool/#when'."),
        ('<a href="#when">', "there is no anchor '/load/x/#when'."),
        ('<a href="../pool">', "a link to '/load/pool' is redirected."),
        ('<a href="/pool/">', "'/pool/' is out of the site, which begins at /load/."),
        ('<img src="../a.png">', "there is no '/load/a.png'."),
        ('<img srcset="../pool/ 1x, ../a.png 2x">', "there is no '/load/a.png'."),
        ('<script src="../a.js"></script>', "there is no '/load/a.js'."),
        ('<svg><use href="#sign"/></svg>', "there is no anchor '/load/x/#sign'."),
        ('<svg><path fill="url(#ink)"/></svg>', "there is no anchor '/load/x/#ink'."),
        (
            '<meta property="og:image" content="https://blog.example/load/card.png">',
            "there is no '/load/card.png'.",
        ),
        ('<a href="http://other.example/">', "'http://other.example/' is not https."),
        ('<a href="javascript:go()">', "'javascript:go()' is not https."),
        (
            '<link rel="stylesheet" href="https://other.example/a.css">',
            "'https://other.example/a.css' is fetched from another site.",
        ),
        ('<span class="k"><a href="#when">def</a></span>', "there is no anchor '/load/x/#when'."),
        ('<span class="k" style="fill: url(#ink)">', "there is no anchor '/load/x/#ink'."),
        ('<i id="a"></i><i id="a"></i>', "2 elements have the id 'a'."),
    ],
)
def test_an_address_that_leads_nowhere_is_named(tmp_path: Path, html: str, expected: str) -> None:
    (message,) = said(crawled(tmp_path, **{"x__index.html": html}))

    assert message.startswith(f"site/x/index.html:1: {expected}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sitemap.xml", "<loc>https://blog.example/load/pol/</loc>"),
        ("feed.json", '{"url": "https://blog.example/load/pol/"}'),
        ("llms.txt", "The pool: https://blog.example/load/pol/."),
        ("pool__index.md", "[the pool](https://blog.example/load/pol/)"),
        ("feed.xml", "&lt;a href=&quot;https://blog.example/load/pol/&quot;&gt;"),
    ],
)
def test_files_for_machines_are_read_too(tmp_path: Path, name: str, text: str) -> None:
    (message,) = said(crawled(tmp_path, **{name: text}))

    assert message.startswith(f"site/{name.replace('__', '/')}:1: there is no '/load/pol/'.")


def test_a_font_that_a_style_sheet_lacks_is_named(tmp_path: Path) -> None:
    css = "@font-face {\n  src: url('fonts/serif.woff2');\n}\n"

    assert said(crawled(tmp_path, **{"assets__site.css": css})) == [
        "site/assets/site.css:2: there is no '/load/assets/fonts/serif.woff2'. "
        "Fix the link, or build what it leads to."
    ]


def test_the_page_of_a_missing_address_may_not_link_relatively(tmp_path: Path) -> None:
    (message,) = said(crawled(tmp_path, **{"404.html": '<a href="pool/"><a href="/load/pool/">'}))

    assert message.startswith("site/404.html:1: 'pool/' is relative, and 404.html answers at any")


def test_what_a_template_repeats_is_one_finding(tmp_path: Path) -> None:
    broken = crawled(
        tmp_path, a__index="", **{"b.html": '<a href="z/">', "c.html": '<a href="z/">'}
    )

    (message,) = said(broken)
    assert message.startswith("site/b.html:1: there is no '/load/z/', here and on 1 more page.")


def test_the_source_of_the_page_is_named(tmp_path: Path) -> None:
    write(tmp_path, "pool/index.html", '<a href="#no">')

    found = crawl(tmp_path, URL, {"pool/index.html": "docs/posts/pool.md"})

    assert said(found) == [
        "site/pool/index.html:1: there is no anchor '/load/pool/#no'; the page is "
        "docs/posts/pool.md. Fix the link, or name the place."
    ]


def test_other_sites_are_listed_and_not_visited(tmp_path: Path) -> None:
    found = crawled(tmp_path, **{"x__index.html": '<a href="https://other.example/a?b#c">'})

    assert said(found) == []
    assert found.external == {"https://other.example/a?b#c"}
