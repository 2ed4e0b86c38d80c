"""Whether MkDocs previews or builds, and where: what the hooks have in common."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

_command = "build"


def begin(command: str) -> None:
    """Remember the command that MkDocs runs."""
    global _command
    _command = command


def is_preview() -> bool:
    """Whether `mkdocs serve` is at work and not a build."""
    return _command == "serve"


def root(config: MkDocsConfig) -> Path:
    """The repository; `mkdocs build -f mkdocs.yml` gives a relative path."""
    return Path(config.config_file_path).resolve().parent


def source(file: File) -> str:
    """The Markdown file of a page as an author names it, `docs/posts/pool.md`."""
    return f"docs/{file.src_uri}"
