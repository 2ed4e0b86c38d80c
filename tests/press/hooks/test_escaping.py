"""A title is text, whatever is in it: on each kind of page, in feeds, and in what machines read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from lab.repository import ROOT
from press.site.build import build
from tests.press import records
from tests.press.miniature import BODY, NOW, article, write

UNKIND = (
    """List<T> & "quotes" '</script><script>alert(1)</script> {{ x }} {% raw %} ]]> [a](b) `c`"""
)
# The blog plugin takes the name of a category for Markdown: here with what stops a build.
CATEGORY = f"{UNKIND} [[no-such.number]]"
SHOWN = UNKIND.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
SHOWN_CATEGORY = CATEGORY.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
PAGES = ("index", "archive", "authors", "tags", "search", "ledger", "errors/index")
GUARANTEE = """\
---
template: guarantee.html
---

# A & B `List<T>`

## C & D `<i>`

## E
"""
DAY = date(2026, 11, 1)
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site with the real templates and settings, in which every name and title is unkind."""
    root = tmp_path_factory.mktemp("unkind")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for key in ("authors", "series", "categories", "tags"):
        name = CATEGORY if key == "categories" else UNKIND
        settings = settings.replace(f"  {key}:\n", f"  {key}:\n    - {json.dumps(name)}\n")
    settings = settings.replace(
        "site_author: The Under Load authors", f"site_author: {json.dumps(UNKIND)}"
    )
    settings = settings.replace("  - press/", f"  - {ROOT}/press/")
    write(root, "mkdocs.yml", re.sub(r"^watch: .*\n", "", settings, flags=re.MULTILINE))
    for place in ("overrides", "docs/assets"):
        shutil.copytree(ROOT / place, root / place)
    for page in PAGES:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        write(
            root, f"docs/{page}.md", text.replace("[How the guarantee is kept](guarantee.md).", "")
        )
    write(root, "docs/guarantee.md", GUARANTEE)
    write(root, "docs/ledger.md", ledger())
    write(root, "snippets/__init__.py", '"""The listings."""\n')
    record = records.record(root)
    record["claims"][0]["text"] = UNKIND
    records.write(root, record)
    for at in (1, 2):
        write(root, f"docs/posts/unkind-{at}.md", post(at))
    write(root, "docs/errors/unkind.md", error())
    Image.new("RGB", (1300, 700)).save(root / "docs" / "assets" / "cover.png")
    build(root, NOW)
    yield root / "site"
    shutil.rmtree(root)


def ledger() -> str:
    """The ledger as it is, but that what it lists is unkind."""
    _, meta, body = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8").split("---\n", 2)
    saying = {
        "id": "unkind",
        "article": "unkind-1",
        "claim": UNKIND,
        "said_by": [{"name": UNKIND, "url": "https://unkind.example/?a=1&b=2"}],
        "contradicted_by": [{"quantity": "pool-sizing.speedup"}],
        "instead": UNKIND,
        "figure": "pool-sizing.speedup",
        "counts": UNKIND,
    }
    return f"---\n{meta.partition('sayings:')[0]}sayings: [{json.dumps(saying)}]\n---\n{body}"


def post(part: int) -> str:
    return article(
        BODY,
        title=UNKIND,
        description=UNKIND,
        slug=f"unkind-{part}",
        date={"created": DAY, "updated": DAY},
        categories=[CATEGORY],
        tags=[UNKIND],
        authors=[UNKIND],
        series={"name": UNKIND, "part": part},
        headline={"measurement": "pool-sizing", "quantity": "speedup", "label": UNKIND},
        corrections=[{"date": DAY, "text": UNKIND}],
        cover="assets/cover.png" if part == 1 else None,
        cover_alt=UNKIND if part == 1 else None,
        draft=None,
    )


def error() -> str:
    fields = {
        "title": UNKIND,
        "description": UNKIND,
        "template": "error.html",
        "tags": [UNKIND],
    }
    return f"---\n{json.dumps(fields)}\n---\n{BODY}"


def page(site: Path, address: str) -> BeautifulSoup:
    return BeautifulSoup((site / address).read_text(encoding="utf-8"), "html.parser")


def texts(html: BeautifulSoup, selector: str) -> set[str]:
    """What the elements say, without the white space around it."""
    return {element.get_text().strip() for element in html.select(selector)}


@pytest.fixture(scope="module")
def post_page(site: Path) -> BeautifulSoup:
    return page(site, "unkind-1/index.html")


def test_no_page_has_a_script_that_the_site_did_not_write(site: Path) -> None:
    pages = [path for path in site.rglob("*.html") if "pagefind" not in path.parts]
    assert len(pages) >= 14
    for path in pages:
        html = page(site, path.relative_to(site).as_posix())
        inline = [
            script
            for script in html.select("script:not([src])")
            if script.get("type") != "application/ld+json"
        ]
        assert inline == [], path


@pytest.mark.parametrize(
    "selector",
    [
        "h1",
        ".masthead .deck",
        ".kicker a[href*=category]",
        ".kicker a[href*='#']",
        ".tags a",
        ".headline__label",
        ".corrections dd",
        "a[rel=author]",
        ".series-nav a",
        ".series .entry__title",
    ],
)
def test_an_article_shows_it_as_text(post_page: BeautifulSoup, selector: str) -> None:
    found = texts(post_page, selector)
    assert found
    assert all(text.removeprefix("Part 2 ") in (UNKIND, SHOWN, CATEGORY) for text in found), found


def test_the_head_of_an_article_holds_it_as_text(post_page: BeautifulSoup) -> None:
    assert post_page.title
    assert post_page.title.get_text() == f"{UNKIND} — Under Load"
    for name in ("og:title", "og:description", "og:image:alt", "article:tag"):
        (meta,) = post_page.select(f'meta[property="{name}"]')
        assert meta["content"] == UNKIND
    (description,) = post_page.select('meta[name="description"]')
    assert description["content"] == UNKIND


def test_structured_data_cannot_end_its_script(post_page: BeautifulSoup) -> None:
    article, trail = (
        json.loads(block.get_text()) for block in post_page.select("script[type*=ld]")
    )
    assert article["headline"] == article["description"] == article["author"]["name"] == UNKIND
    assert article["isPartOf"]["name"] == UNKIND
    assert article["keywords"] == [UNKIND]
    assert [step["name"] for step in trail["itemListElement"]][1:] == [CATEGORY, UNKIND]


def test_a_citation_holds_it_as_text_and_its_braces_balance(post_page: BeautifulSoup) -> None:
    assert f"“{UNKIND}.”" in post_page.select(".citation p")[0].get_text()
    bibtex = post_page.select(".citation code")[0].get_text()
    title = next(line for line in bibtex.splitlines() if line.startswith("  title"))
    escaped = UNKIND.replace("{", r"\{").replace("}", r"\}").replace("&", r"\&")
    assert title == f"  title  = {{{escaped.replace('%', chr(92) + '%')}}},"


@pytest.mark.parametrize(
    ("address", "selector"),
    [
        ("index.html", ".entry__title"),
        ("index.html", ".series__head h2"),
        ("index.html", ".headline__label"),
        ("archive/index.html", ".entry__title"),
        ("archive/index.html", ".categories a"),
        ("archive/2026/index.html", ".entry__title"),
        ("authors/index.html", ".entry__title"),
        ("category/*/index.html", "h1"),
        ("category/*/index.html", ".entry__deck"),
        ("tags/index.html", ".prose h2"),
        ("tags/index.html", ".prose li a"),
        ("tags/*/index.html", "h1"),
        ("tags/*/index.html", ".entry__title"),
        ("tags/*/index.html", ".error-entry code"),
        ("errors/index.html", ".error-entry code"),
        ("errors/index.html", ".error-entry p"),
        ("errors/unkind/index.html", "h1"),
        ("errors/unkind/index.html", ".deck"),
        ("ledger/index.html", ".saying__claim"),
        ("ledger/index.html", ".saying__by a"),
        ("ledger/index.html", ".saying__verdict span"),
        ("ledger/index.html", ".saying__figure > span"),
        ("ledger/index.html", ".group h2"),
        ("ledger/index.html", ".claim__text"),
    ],
)
def test_other_pages_show_it_as_text(site: Path, address: str, selector: str) -> None:
    (path,) = site.glob(address)
    found = texts(page(site, path.relative_to(site).as_posix()), selector)
    assert found
    assert found <= {UNKIND, SHOWN, CATEGORY, SHOWN_CATEGORY}


def test_a_title_and_headings_of_the_text_are_escaped_once(site: Path) -> None:
    html = page(site, "guarantee/index.html")
    assert texts(html, "h1") == {"A & B List<T>"}
    assert texts(html, ".contents a") == {"C & D <i>", "E"}


def test_feeds_hold_it_as_text(site: Path) -> None:
    items = list(ElementTree.parse(site / "feed.xml").getroot().iter("item"))
    assert len(items) == 2
    for item in items:
        assert item.findtext("title") == item.findtext("description") == UNKIND
        assert item.findtext("category") == UNKIND
        content = BeautifulSoup(item.findtext(CONTENT) or "", "html.parser")
        assert UNKIND in content.select("p")[0].get_text()
        assert content.select("script") == []
    feed = json.loads((site / "feed.json").read_text(encoding="utf-8"))
    assert feed["authors"][0]["name"] == UNKIND
    for item in feed["items"]:
        assert item["title"] == item["summary"] == item["tags"][0] == UNKIND
        assert BeautifulSoup(item["content_html"], "html.parser").select("script") == []


def test_the_sitemap_is_xml(site: Path) -> None:
    assert len(ElementTree.parse(site / "sitemap.xml").getroot()) >= 12


def test_search_learns_it_as_text(site: Path) -> None:
    texts = json.loads((site / "words.json").read_text(encoding="utf-8"))
    assert f"{UNKIND} {UNKIND} {UNKIND}" in texts


@pytest.mark.parametrize("address", ["llms.txt", "unkind-1/index.md"])
def test_markdown_holds_it_as_text(site: Path, address: str) -> None:
    escaped = r"""List\<T> & "quotes" '\</script>\<script>alert(1)\</script> {{ x }} {% raw %} """
    text = (site / address).read_text(encoding="utf-8")
    assert escaped + r"\]\]> \[a\](b) \`c\`" in text
    assert "</script>" not in text.replace(r"\</script>", "")


def test_the_cover_stands_in_the_head_with_its_words_and_its_size(post_page: BeautifulSoup) -> None:
    (cover,) = post_page.select(".masthead img")
    assert cover["alt"] == UNKIND
    assert (cover["width"], cover["height"]) == ("1300", "700")


def test_its_cards_are_drawn(site: Path) -> None:
    assert (site / "cards" / "unkind-1.jpg").is_file()
    assert (site / "cards" / "unkind-2.png").is_file()
