"""What the hooks that make a preview fast have in common."""

from __future__ import annotations

from typing import Any, cast

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File


def is_preview(config: MkDocsConfig) -> bool:
    """Whether `mkdocs serve` is at work and not a build; the blog plugin was told."""
    return bool(cast("Any", config.plugins["material/blog"]).is_serve)


def source(file: File) -> str:
    """The Markdown file of a page as an author names it, `docs/posts/pool.md`."""
    return f"docs/{file.src_uri}"
