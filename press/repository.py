"""Where everything is: in the working tree and on the repository's site.

All paths are relative to the root of the repository, with slashes. The root is the current
directory, because MkDocs and the snippets extension resolve paths against it: `press build` goes
there, and a preview that begins elsewhere is refused (`press.hooks.preview`).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from lab import manifest

CONFIG = "mkdocs.yml"
LOCK = "requirements.txt"
DOCS = "docs"
POSTS = f"{DOCS}/posts"
ERRORS = f"{DOCS}/errors"
FRONT_PAGE = f"{DOCS}/index.md"
ERROR_INDEX = f"{ERRORS}/index.md"
LEDGER = f"{DOCS}/ledger.md"
MEASUREMENTS = f"{DOCS}/measurements"
FONTS = f"{DOCS}/assets/fonts"
TEMPLATES = "overrides"
SNIPPETS = "snippets"
BACKEND = f"{SNIPPETS}/backend"
TEST_RUN = manifest.PATH
MEMO = ".cache/press"
SITE = "site"


def page_source(uri: str) -> str:
    """The Markdown file of a page, from its path below `docs`."""
    return f"{DOCS}/{uri}"


def below_docs(path: str) -> str:
    """The path below `docs` of a file in it."""
    return path.removeprefix(f"{DOCS}/")


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder once every link on the way is followed."""
    return path.resolve().is_relative_to(folder.resolve())


@dataclass(frozen=True)
class Repository:
    """The repository that holds the sources.

    Attributes:
        root: its directory.
        url: its address, without a final slash; empty if it has none.
    """

    root: Path
    url: str

    def link(self, css_class: str, path: str, lines: tuple[int, int] | None = None) -> str:
        """HTML that names a source file and links it where the repository has an address.

        Args:
            css_class: the class of the element.
            path: the path from the root.
            lines: the first and the last line to point at; None for the file as a whole.
        """
        if not self.url:
            return f'<span class="{css_class}">{escape(path)}</span>'
        fragment = f"#L{lines[0]}-L{lines[1]}" if lines else ""
        href = escape(f"{self.url}/blob/main/{path}{fragment}")
        return f'<a class="{css_class}" href="{href}">{escape(path)}</a>'
