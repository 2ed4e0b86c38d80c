"""Whether MkDocs previews or builds, and where: what the hooks have in common."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

from press.repository import page_source

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
    return page_source(file.src_uri)


def refuse_elsewhere(config: MkDocsConfig) -> None:
    """Stop where the current directory is not the repository, against which paths are resolved.

    Raises:
        PluginError: naming the directory to go to.
    """
    if root(config) != Path.cwd().resolve():
        raise PluginError(f"Run this in {root(config)}: the paths of listings begin there.")
