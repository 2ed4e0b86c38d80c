"""Where the sources are: in the working tree and on the repository's site."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path


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
