"""The repository in miniature that the tests of the press break things in.

Its settings are those of the real mkdocs.yml but for names, templates and addresses, so that there
is one list of extensions. What renders a page without a build is `Repo`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import (
    Page,
    _ExtractAnchorsTreeprocessor,
    _RelativePathTreeprocessor,
)
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils.yaml import yaml_load

from lab.repository import ROOT
from press.repository import CONFIG, FONTS
from press.site.engine import forget_plugins

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPO_URL = "https://code.example/blog"

_TEMPLATES = {
    "main.html": (
        '<!doctype html><html lang="en"><head><title>{{ page.title }}</title></head>'
        "<body>{{ page.content | safe }}</body></html>\n"
    ),
    "partials/language.html": "{% macro t(key) %}{{ key }}{% endmacro %}\n",
    "blog-post.html": '{% extends "main.html" %}\n',
    "error.html": '{% extends "main.html" %}\n',
    "tag.html": '{% extends "main.html" %}\n',
    "blog.html": (
        '<!doctype html><html lang="en"><head><title>{{ page.title }}</title></head>'
        "<body>{{ page.content | safe }}"
        '{% for post in posts %}<a href="{{ post.url | url }}">{{ post.title }}</a>{% endfor %}'
        "</body></html>\n"
    ),
}
# What a miniature says instead of the real settings, by their first key.
_OTHERWISE = {
    "site_name": "site_name: A site\n",
    "site_url": "site_url: https://blog.example/\n",
    "repo_url": f"repo_url: &repo_url {REPO_URL}\n",
    "theme": "theme: {name: null, custom_dir: overrides, language: en}\n",
    "hooks": f"hooks:\n  - {ROOT}/press/hook.py\n",
    "watch": "",
    "extra": """\
extra:
  page: !ENV [PAGE, ""]
  authors: [The Under Load authors]
  categories: [Capacity, Connections]
  series: [Scalable backends]
  tags: [asyncio, asyncpg, queueing]
""",
}


@cache
def settings() -> str:
    """The mkdocs.yml of a miniature."""
    blocks = re.split(
        r"^(?=[a-z_]+:)", (ROOT / CONFIG).read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    named = {block.partition(":")[0]: block for block in blocks}
    assert named.keys() > _OTHERWISE.keys()
    return "".join((named | _OTHERWISE).values())


@cache
def _real_settings() -> dict[str, Any]:
    """What the real mkdocs.yml says; to read its YAML is most of what a converter costs."""
    with (ROOT / CONFIG).open("rb") as file:
        return yaml_load(file)


def write(root: Path, path: str, text: str) -> None:
    """Write a file of the repository."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def repository(root: Path) -> Path:
    """Write a repository with plain templates, a front page and no article, at `root`."""
    write(root, CONFIG, settings())
    for name, template in _TEMPLATES.items():
        write(root, f"overrides/{name}", template)
    write(root, "docs/index.md", "# Front page\n")
    for name in ("authors", "guarantee", "ledger"):  # feeds and llms.txt lead there
        write(root, f"docs/{name}.md", f"# {name.title()}\n")
    shutil.copytree(ROOT / FONTS, root / FONTS)
    write(root, "snippets/__init__.py", '"""The listings."""\n')
    return root


def front_matter(**keys: object) -> str:
    """The front matter of an article without fault; a key given as None is left out."""
    fields: dict[str, object] = {
        "title": "A pool is a queue",
        "description": "What waits, and where.",
        "date": {"created": datetime(2026, 11, 1).date()},
        "slug": "pool",
        "categories": ["Connections"],
        "tags": ["asyncpg"],
        "headline": None,
        "draft": True,
        **keys,
    }
    known = {key: value for key, value in fields.items() if value is not None}
    return f"---\n{yaml.safe_dump(known, sort_keys=False)}---\n"


BODY = f"""\
The pool makes callers wait.

<!-- more -->

## The measurement

{"Every caller waits for the one before it. " * 160}

## Where this stops being true

It stops with one caller.

## Take-aways

- Bound the queue.

## Sources

- [The manual](https://www.postgresql.org/docs/) says what a connection costs.
"""


def article(body: str = BODY, /, **keys: object) -> str:
    """A Markdown file of an article: `BODY` below `front_matter(**keys)`."""
    return f"{front_matter(**keys)}\n{body}"


def preview(root: Path) -> MkDocsConfig:
    """Build the site into `preview`, with drafts, as `mkdocs serve` does; return its settings."""
    return _build(root, "preview", "serve", "http://127.0.0.1:8000/")


def warnings(root: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings of a preview."""
    caplog.clear()
    preview(root)
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def publish(root: Path) -> MkDocsConfig:
    """Build the site into `site`, as `mkdocs build` does; return its settings."""
    return _build(root, "site", "build", None)


def _build(
    root: Path, target: str, command: Literal["build", "serve"], serve_url: str | None
) -> MkDocsConfig:
    forget_plugins()
    with contextlib.chdir(root):
        config = load_config(str(root / "mkdocs.yml"), site_dir=str(root / target))
        config.plugins.on_startup(command=command, dirty=False)
        build(config, serve_url=serve_url)
    return config


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


class Repo:
    """A repository in an empty directory, which is the current one, as it is for a build.

    Attributes:
        root: where it is.
        problems: what rendering its pages logged, a line each.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []
        (root / "docs").mkdir(exist_ok=True)
        write(root, CONFIG, settings())
        self.config = MkDocsConfig(str(ROOT / CONFIG))
        self.config.load_dict(deepcopy(_real_settings()))
        self.config.load_dict(
            {
                "docs_dir": str(root / "docs"),
                "site_dir": str(root / "site"),
                "repo_url": REPO_URL,
            }
        )
        assert self.config.validate() == ([], [])
        self.config.config_file_path = str(root / CONFIG)
        self.config.mdx_configs["press.extensions.listings"] = {"repo_url": REPO_URL}
        self.files = Files([])

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        write(self.root, path, text)

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

    def build_again(self) -> None:
        """Begin a build: MkDocs makes a new collection of files for each."""
        self.files = Files([])

    def markdown(self) -> Markdown:
        """A converter as for a page, of no page."""
        return Markdown(
            extensions=self.config.markdown_extensions, extension_configs=self.config.mdx_configs
        )

    def html(self, page: str) -> str:
        """Markdown of no page as HTML; the problems it logs are kept."""
        html: str = self.markdown().convert(page)
        return html

    def render(self, page: str) -> BeautifulSoup:
        """Markdown of no page as a tree of elements; the problems it logs are kept."""
        return BeautifulSoup(self.html(page), "html.parser")

    def page(self, markdown: str, name: str = "page.md") -> Rendered:
        """The page with this Markdown below its front matter, at `docs/{name}`, by MkDocs."""
        self.write(f"docs/{name}", f"---\ntitle: A page\n---\n{markdown}")
        source = File(name, self.config.docs_dir, self.config.site_dir, use_directory_urls=True)
        page = Page(None, source, self.config)
        page.read_source(self.config)
        with logged() as problems:
            page.render(self.config, self.files)
        return Rendered(page.content or "", page.toc, problems, page.present_anchor_ids or set())


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
