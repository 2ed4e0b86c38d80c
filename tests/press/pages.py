"""A page of a small site, rendered by MkDocs with the real settings."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from tests.press.rendering import Collector
from tests.press.tree import ROOT, write

FRONT_MATTER = "---\ntitle: A page\n---\n"


@dataclass
class Rendered:
    """A page as its readers get it.

    Attributes:
        html: its content.
        toc: its table of contents.
        problems: what rendering it logged, a line each.
        anchors: the ids that links may lead to.
    """

    html: str
    toc: TableOfContents
    problems: list[str]
    anchors: set[str] = field(default_factory=set)

    @property
    def soup(self) -> BeautifulSoup:
        """The content as a tree of elements."""
        return BeautifulSoup(self.html, "html.parser")


class Site:
    """A site in an empty directory, which is the current one, as it is for a build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "docs").mkdir(exist_ok=True)
        shutil.copy(ROOT / "mkdocs.yml", root)
        self.config = load_config(
            str(ROOT / "mkdocs.yml"), docs_dir=str(root / "docs"), site_dir=str(root / "site")
        )
        self.config.config_file_path = str(root / "mkdocs.yml")
        self.files = Files([])

    def build_again(self) -> None:
        """Begin a build: MkDocs makes a new collection of files for each."""
        self.files = Files([])

    def render(self, markdown: str, name: str = "page.md") -> Rendered:
        """The page with this Markdown below its front matter, at `docs/{name}`."""
        write(self.root, f"docs/{name}", FRONT_MATTER + markdown)
        source = File(name, self.config.docs_dir, self.config.site_dir, use_directory_urls=True)
        page = Page(None, source, self.config)
        page.read_source(self.config)
        with logged() as problems:
            page.render(self.config, self.files)
        return Rendered(page.content or "", page.toc, problems, page.present_anchor_ids or set())


@contextmanager
def logged() -> Iterator[list[str]]:
    """The problems that pages report meanwhile."""
    problems: list[str] = []
    collector = Collector(problems)
    log = logging.getLogger("mkdocs.press")
    log.addHandler(collector)
    try:
        yield problems
    finally:
        log.removeHandler(collector)
