"""What the built pages show is, character for character, what the files hold.

The expectation is worked out here from the files alone, without the code that renders listings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from textwrap import dedent

import pytest
from mkdocs.utils.meta import get_data
from selectolax.lexbor import LexborNode

from lab.repository import ROOT
from press.sources.fences import scan
from tests.site.parsed import pages

MARKS = re.compile(r"\s*(#|--|//)(\s*\[(!|\d+)\])+\s*$")


def expected(path: str, region: str) -> str:
    """The text of a region of a file, or of all of it, without our markers."""
    lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
    if region:
        start = next(at for at, line in enumerate(lines) if f"[start:{region}]" in line)
        end = next(at for at, line in enumerate(lines) if f"[end:{region}]" in line)
        lines = lines[start:end]
    shown = [MARKS.sub("", line).rstrip() for line in lines if "--8<--" not in line]
    return dedent("\n".join(shown)).strip("\n") + "\n"


def text_of(code: LexborNode) -> str:
    """Code without the numbers of its notes."""
    notes = {number.mem_id for number in code.css(".note")}
    texts = (node for node in code.traverse(include_text=True) if node.is_text_node)
    return "".join(
        text.text_content or "" for text in texts if text.parent and text.parent.mem_id not in notes
    )


def copied(block: LexborNode) -> str:
    """The code of a block as a reader copies it."""
    code = block.css_first("pre code")
    assert code is not None
    return text_of(code)


def origin(figure: LexborNode) -> tuple[str, str]:
    """The file that a figure shows, and the region of it, or none."""
    return figure.attrs.sget("data-path"), figure.attrs.sget("data-region")


def listings(site: Path) -> Iterator[tuple[str, LexborNode]]:
    """Every listing of the built site with the page it is on."""
    for page, parsed in pages(site).items():
        for figure in parsed.css("figure.listing[data-path]"):
            yield page, figure


def test_every_listing_is_the_text_of_its_region(site: Path) -> None:
    shown = list(listings(site))
    assert shown, "the site shows no listing at all"
    for page, figure in shown:
        path, region = origin(figure)
        block = figure.css_first("figure > .highlight")
        assert block is not None
        assert copied(block) == expected(path, region), f"{page}: {path}:{region}"


def test_every_whole_file_is_the_text_of_the_file(site: Path) -> None:
    for page, figure in listings(site):
        path, _ = origin(figure)
        for block in figure.css("details.listing__whole .highlight"):
            assert copied(block) == expected(path, ""), f"{page}: {path}"


def test_every_line_number_is_that_of_the_line_in_the_file(site: Path) -> None:
    for page, figure in listings(site):
        path, _ = origin(figure)
        lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
        for line in figure.css("span.line"):
            number = int(line.attrs.sget("data-line"))
            source = MARKS.sub("", lines[number - 1])
            assert source.strip() == text_of(line).strip(), f"{page}: {path}:{number}"


def test_every_output_is_the_text_of_its_transcript(site: Path) -> None:
    for page, parsed in pages(site).items():
        for figure in parsed.css("figure.output"):
            path, _ = origin(figure)
            transcript = (ROOT / path).read_text(encoding="utf-8")
            shown = re.sub(r"^(.*)  # source \w+\n", r"\1\n", transcript)
            assert copied(figure) == shown, f"{page}: {path}"


def test_all_code_on_the_site_is_a_listing_or_an_output(site: Path) -> None:
    """A citation, which the template writes, is no code."""
    for page, parsed in pages(site).items():
        kept = {one.mem_id for one in parsed.css(".listing pre, .output pre, .citation pre")}
        assert [one.html for one in parsed.css("pre") if one.mem_id not in kept] == [], page


def test_every_include_of_a_published_page_is_on_it_in_its_place(site: Path) -> None:
    compared = 0
    for source in sorted((ROOT / "docs").rglob("*.md")):
        text = source.read_text(encoding="utf-8")
        wanted = [fence.include for fence in scan(text.split("\n")) if fence.include]
        page = address(source, get_data(text)[1].get("slug"))
        if not wanted or not (site / page).is_file():
            continue
        figures = pages(site)[page].css("figure[data-path]")
        shown = [":".join(origin(figure)).rstrip(":") for figure in figures]
        assert shown == wanted, page
        compared += 1
    if not compared:
        pytest.fail("no published page includes a listing")


def address(source: Path, slug: str | None) -> str:
    """Where the page of a Markdown file is in the site."""
    path = PurePosixPath(source.relative_to(ROOT / "docs").with_suffix("").as_posix())
    if slug and path.parts[0] == "posts":
        return f"{slug}/index.html"
    return "index.html" if str(path) == "index" else f"{path}/index.html".replace("/index/", "/")
