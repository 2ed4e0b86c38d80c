"""All pages as their authors wrote them, read once and again only after a change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from press.problems import Finding
from press.repository import ERROR_INDEX, ERRORS, LEDGER, POSTS, below_docs
from press.sources.front_matter import Document, ErrorMeta, PageMeta, PostMeta, parse
from press.sources.sayings import LedgerMeta
from press.sources.settings import Settings


def documents(settings: Settings) -> list[Document]:
    """The Markdown files of the site, in the order of their paths, hidden ones left out."""
    return [
        _read(settings.root, source, source.stat().st_mtime_ns)
        for source in sorted(settings.docs.rglob("*.md"))
        if not any(part.startswith(".") for part in source.relative_to(settings.docs).parts)
    ]


def posts(pages: list[Document]) -> Iterator[tuple[Document, PostMeta]]:
    """The articles among the pages whose front matter can be used."""
    for page in pages:
        if isinstance(page.meta, PostMeta):
            yield page, page.meta


def sources(pages: list[Document]) -> dict[str, str]:
    """The Markdown files of the built pages, by the path of the page in the site."""
    built = {page.path: f"{address(page)}/index.html".lstrip("/") for page in pages}
    return {name: path for path, name in built.items()}


def address(page: Document) -> str:
    """Where the site has a page, without slashes around it; empty for the front page."""
    if isinstance(page.meta, PostMeta):
        return page.meta.slug
    path = below_docs(page.path).removesuffix(".md")
    return "" if path == "index" else path.removesuffix("/index")


def is_post(path: str) -> bool:
    """Whether the page at this path, relative to the repository, is an article."""
    return path.startswith(f"{POSTS}/")


def is_error(path: str) -> bool:
    """Whether the page at this path is a page of the error index."""
    return path.startswith(f"{ERRORS}/") and path != ERROR_INDEX


def is_one_of_many(path: str) -> bool:
    """Whether the page at this path is an article or a page of the error index."""
    return is_post(path) or is_error(path)


def _model(path: str) -> type[PostMeta] | type[PageMeta]:
    """What the front matter of the page at this path says."""
    if is_post(path):
        return PostMeta
    if is_error(path):
        return ErrorMeta
    return LedgerMeta if path == LEDGER else PageMeta


@lru_cache(maxsize=4096)
def _read(root: Path, source: Path, _mtime_ns: int) -> Document:
    path = source.relative_to(root).as_posix()
    model = _model(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8."
        return Document(path, None, "", 1, (Finding(path, line, "not UTF-8", remedy),))
    return parse(path, text, model)
