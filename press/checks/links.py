"""The crawl of a built site: every link, picture, script, font and anchor leads somewhere."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from press.problems import Finding

_ADDRESSES = {"href", "xlink:href", "src", "poster", "action", "formaction"}
_CANDIDATES = {"srcset", "imagesrcset"}
_FETCHED_BY = {"audio", "embed", "iframe", "image", "img", "script", "source", "track", "video"}
_FETCHED_AS = {"icon", "manifest", "modulepreload", "preconnect", "preload", "stylesheet"}
_NO_PLACE = {"data", "mailto", "tel"}
_IN_STYLE = re.compile(r"url\(\s*[\"']?([^\"')\s]+)[\"']?\s*\)")
# Four of five tags are around words of code, and hold neither an id nor an address.
_WORD_OF_CODE = re.compile(r'</span>|<span class="[\w -]*"(?: data-line="\d+")?>')
_HOLDS_ADDRESSES = {".html", ".json", ".md", ".txt", ".xml"}
_AFTER_ADDRESS = ".,;:!?"


@dataclass(frozen=True)
class Link:
    """An address in a built file.

    Attributes:
        target: the address as it is written there.
        line: the line of the built file, from 1.
        fetched: whether a browser fetches it unasked, as it does a picture.
    """

    target: str
    line: int
    fetched: bool = False


@dataclass(frozen=True)
class Crawl:
    """What a crawl found.

    Attributes:
        findings: dead links and anchors, ids used twice, other sites that a page depends on.
        external: the addresses of other sites. They are listed and not visited.
    """

    findings: tuple[Finding, ...]
    external: frozenset[str]


def crawl(site: Path, site_url: str, sources: Mapping[str, str] | None = None) -> Crawl:
    """Follow every address of a built site that leads into it.

    Args:
        site: the directory that holds the site.
        site_url: the address that it will have, with its final slash.
        sources: the Markdown files of built pages, by the path of the page in the site.
    """
    return _Crawler(site, site_url, sources or {}).crawl()


@dataclass
class _Page(HTMLParser):
    """The ids and addresses of a built page."""

    text: str
    ids: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(_WORD_OF_CODE.sub("", self.text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        if "id" in values:
            self.ids[values["id"]] += 1
        if tag == "a" and "name" in values:
            self.names.add(values["name"])
        relations = set(values.get("rel", "").split()) if tag == "link" else set()
        fetched = tag in _FETCHED_BY or bool(relations & _FETCHED_AS)
        for name, value in values.items():
            for target in _targets(name, value):
                self.links.append(Link(target.strip(), self.getpos()[0], fetched))


def _targets(name: str, value: str) -> Iterator[str]:
    if name in _ADDRESSES:
        yield value
    elif name in _CANDIDATES:
        for candidate in value.split(","):
            yield candidate.split()[0]
    elif "url(" in value:
        yield from _IN_STYLE.findall(value)


class _Crawler:
    def __init__(self, site: Path, site_url: str, sources: Mapping[str, str]) -> None:
        self.site_url, self.sources = site_url, sources
        self.files = {
            path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()
        }
        self.pages = {
            name: _Page(path.read_text(encoding="utf-8"))
            for name, path in sorted(self.files.items())
            if path.suffix == ".html"
        }
        self.external: set[str] = set()

    def crawl(self) -> Crawl:
        # A dead link of a template is on every page; it is one thing to fix.
        wrong: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for name in sorted(self.files):
            for what, remedy, line in self._check(name):
                wrong[what, remedy].append((name, line))
        findings = [self._finding(what, remedy, places) for (what, remedy), places in wrong.items()]
        return Crawl(tuple(sorted(findings)), frozenset(self.external))

    def _finding(self, what: str, remedy: str, places: list[tuple[str, int]]) -> Finding:
        name, line = places[0]
        if others := len({name for name, _ in places}) - 1:
            what += f", here and on {others} more page{'s' if others > 1 else ''}"
        elif source := self.sources.get(name):
            what += f"; the page is {source}"
        return Finding(f"site/{name}", line, what, remedy)

    def _check(self, name: str) -> Iterator[tuple[str, str, int]]:
        page = self.pages.get(name)
        for identity, count in page.ids.items() if page else ():
            if count > 1:
                yield f"{count} elements have the id '{identity}'", "Rename all but one.", 1
        for link in dict.fromkeys(self._links(name)):
            if wrong := self._wrong(name, link):
                yield *wrong, link.line

    def _links(self, name: str) -> Iterator[Link]:
        path = self.files[name]
        if name in self.pages:
            yield from self.pages[name].links
        if path.suffix in {".css", *_HOLDS_ADDRESSES}:
            pattern = re.compile(re.escape(self.site_url) + r"[^\s\"'<>()\[\]{}\\]*")
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
                if path.suffix == ".css":
                    for target in _IN_STYLE.findall(line):
                        yield Link(target, number, fetched=True)
                else:
                    for found in pattern.findall(html.unescape(line)):
                        yield Link(found.rstrip(_AFTER_ADDRESS), number)

    def _wrong(self, name: str, link: Link) -> tuple[str, str] | None:
        """What is wrong with a link, and what to do; None if it is right."""
        here = urljoin(self.site_url, quote(name.removesuffix("index.html")))
        target = urlsplit(urljoin(here, link.target))
        shown = f"'{link.target}'"
        if target.scheme in _NO_PLACE:
            return None
        if target.scheme != "https":
            return f"{shown} is not https", "Use https, or show the address as code."
        own = urlsplit(self.site_url)
        if target.netloc != own.netloc:
            self.external.add(target.geturl())
            if link.fetched:
                return f"{shown} is fetched from another site", "Serve it from this site."
            return None
        if name == "404.html" and not urlsplit(link.target).netloc and link.target[:1] not in "/#":
            return f"{shown} is relative, and 404.html answers at any depth", "Begin it with /."
        shown = f"'{target.path}{'#' if target.fragment else ''}{target.fragment}'"
        if not target.path.startswith(own.path):
            return f"{shown} is out of the site, which begins at {own.path}", "Fix the link."
        path = unquote(target.path.removeprefix(own.path))
        if not path or path.endswith("/"):
            path += "index.html"
        if path not in self.files:
            if f"{path}/index.html" in self.files:
                return f"a link to {shown} is redirected", "End the path with a slash."
            return f"there is no {shown}", "Fix the link, or build what it leads to."
        page, anchor = self.pages.get(path), unquote(target.fragment)
        if page and anchor and anchor != "top" and anchor not in page.ids.keys() | page.names:
            return f"there is no anchor {shown}", "Fix the link, or name the place."
        return None
