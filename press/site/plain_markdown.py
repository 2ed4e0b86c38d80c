"""The plain-Markdown twin of each article, for programs and for people who prefer text.

It stands beside the page as `index.md`: includes are expanded, numbers are in place, and a figure
is a link to its data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lab.transcript import SUFFIX
from press.evidence.quantities import plain
from press.evidence.transcripts import read_transcript
from press.problems import Finding
from press.site.published import published
from press.sources.fences import Fence, scan
from press.sources.front_matter import Document, PostMeta
from press.sources.includes import parse_include, resolve
from press.sources.prose import MORE
from press.sources.settings import Settings

NAME = "index.md"

_MARKUP = re.compile(r"[\\`*\[\]<]|&(?=#?\w+;)")
_CODE_SPAN = re.compile(r"(`+[^`]+`+)")
_DRAWN = re.compile(r'\(\s*"(?P<measurement>[a-z0-9-]+)"')
_TITLE = re.compile(r'title="(?P<title>[^"]+)"')


def write_twins(site: Path, settings: Settings) -> list[Finding]:
    """Put the twin of each article that the site has beside its page."""
    for page, meta in published(site, settings):
        (site / meta.slug / NAME).write_text(twin(page, meta, settings), encoding="utf-8")
    return []


def twin(page: Document, meta: PostMeta, settings: Settings) -> str:
    """The text of an article in which everything that it includes is in place."""
    lines = page.body.split("\n")
    description = markdown_text(plain(meta.description, settings.root))
    head = [f"# {markdown_text(meta.title)}", "", description, ""]
    head.append(f"{settings.site_url}{meta.slug}/, {meta.date.created}")
    text: list[str] = []
    at = 0
    for fence in scan(lines):
        text += _prose(lines[at : fence.line - 1], settings)
        text += [f"{fence.indent}{line}".rstrip() for line in _block(fence, settings)]
        at = fence.last_line
    text += _prose(lines[at:], settings)
    return "\n".join([*head, *text]).rstrip() + "\n"


def markdown_text(text: str) -> str:
    """Text for Markdown in which nothing is markup, on one line."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _prose(lines: list[str], settings: Settings) -> Iterator[str]:
    for line in lines:
        if line.strip() != MORE:
            parts = _CODE_SPAN.split(line)
            parts[::2] = [plain(part, settings.root) for part in parts[::2]]
            yield "".join(parts)


def _block(fence: Fence, settings: Settings) -> Iterator[str]:
    if fence.executed:
        yield _figure("\n".join(fence.content), settings)
        return
    yield f"{fence.marker}{fence.language}"
    yield from _content(fence, settings)
    yield fence.marker


def _content(fence: Fence, settings: Settings) -> Iterator[str]:
    if fence.include is None:
        yield from fence.content
        return
    include = parse_include(fence.include, settings.root)
    if include.path.endswith(SUFFIX):
        transcript = read_transcript(include.path, settings.root)
        yield f"$ {transcript.command}"
        yield from transcript.output.splitlines()
    else:
        yield from (line.text for line in resolve(include, settings.root).lines)


def _figure(source: str, settings: Settings) -> str:
    """A link to the data that the figure shows."""
    measurement = _DRAWN.search(source)
    title = _TITLE.search(source)
    if not measurement:
        return "(A figure of the page.)"
    name = measurement["measurement"]
    words = plain(title["title"], settings.root) if title else f"Measurement {name}"
    return f"[{words}]({settings.site_url}measurements/{name}.json)"
