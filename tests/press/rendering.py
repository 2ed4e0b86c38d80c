"""A small repository to render pages from, with the extensions as mkdocs.yml configures them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from markdown import Markdown
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import _ExtractAnchorsTreeprocessor, _RelativePathTreeprocessor

from press.extensions import listings

REPO_URL = "https://code.example/blog"


class Repo:
    """A repository in an empty directory, and what rendering its pages logs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def verified(self, path: str, **known: Any) -> None:
        """Write the manifest of a test run that saw the file at `path` as it is now."""
        manifest = {
            "recorded": "2026-11-20T10:12:13Z",
            "versions": {"python": "3.11.7", "asyncpg": "0.32.0", "postgresql": "18.1"},
            "files": {
                path: {
                    "sha256": sha256((self.root / path).read_bytes()).hexdigest(),
                    "tests": known.get("tests", []),
                    "lines": known.get("lines", {}),
                    "missing": known.get("missing", []),
                }
            },
            "naive": known.get("naive", {}),
        }
        self.write("build/verification.json", json.dumps(manifest))

    def markdown(self) -> Markdown:
        """A converter with the extensions that meet in a page."""
        return Markdown(
            extensions=[
                "admonition",
                "attr_list",
                "md_in_html",
                "tables",
                "pymdownx.arithmatex",
                "pymdownx.details",
                "pymdownx.snippets",
                "pymdownx.superfences",
                "pymdownx.tabbed",
                "press.extensions.listings",
                "press.extensions.maths",
                "press.extensions.tables",
            ],
            extension_configs=self._settings(),
        )

    def html(self, page: str) -> str:
        """A page as HTML; the problems it logs are kept."""
        html: str = self.markdown().convert(page)
        return html

    def render(self, page: str) -> BeautifulSoup:
        """A page as a tree of elements; the problems it logs are kept."""
        return BeautifulSoup(self.html(page), "html.parser")

    def _settings(self) -> Mapping[str, dict[str, Any]]:
        judge = {
            "name": "*",
            "class": "listing",
            "validator": listings.validator,
            "format": listings.formatter,
        }
        return {
            "press.extensions.listings": {
                "root": str(self.root),
                "repo_url": REPO_URL,
            },
            "pymdownx.arithmatex": {"generic": True},
            "pymdownx.snippets": {"base_path": [str(self.root)], "check_paths": True},
            "pymdownx.superfences": {
                "disable_indented_code_blocks": True,
                "custom_fences": [judge],
            },
            "pymdownx.tabbed": {"alternate_style": True},
        }


def mkdocs_converter(root: Path, text: str) -> Markdown:
    """A converter as MkDocs makes it for `docs/posts/x.md` with this text."""
    (root / "docs" / "posts").mkdir(parents=True)
    (root / "docs" / "posts" / "x.md").write_text(text, encoding="utf-8")
    (root / "mkdocs.yml").write_text("site_name: A site\n", encoding="utf-8")
    config = load_config(str(root / "mkdocs.yml"))
    file = File("posts/x.md", config.docs_dir, config.site_dir, use_directory_urls=True)
    md = Markdown()
    for extension in (_RelativePathTreeprocessor, _ExtractAnchorsTreeprocessor):
        extension(file, Files([file]), config)._register(md)
    return md


class Collector(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__()
        self.messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.messages.append(record.getMessage())


def include(target: str, language: str = "python") -> str:
    """A fence that holds an include."""
    return f'```{language}\n--8<-- "{target}"\n```\n'


def code_text(element: Any) -> str:
    """The code of a listing as a reader copies it: without the numbers of its notes."""
    copy = BeautifulSoup(str(element), "html.parser")
    for note in copy.select(".note"):
        note.decompose()
    code = copy.select_one("code")
    assert code is not None
    return code.get_text()
