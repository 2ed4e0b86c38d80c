"""A small repository of the site, for tests that break one thing in it."""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

_TEMPLATES = {
    "main.html": (
        '<!doctype html><html lang="en"><head><title>{{ page.title }}</title></head>'
        "<body>{{ page.content }}</body></html>\n"
    ),
    "partials/language.html": "{% macro t(key) %}{{ key }}{% endmacro %}\n",
    "blog-post.html": '{% extends "main.html" %}\n',
    "tag.html": '{% extends "main.html" %}\n',
    "blog.html": (
        '<!doctype html><html lang="en"><head><title>{{ page.title }}</title></head>'
        "<body>{{ page.content }}"
        '{% for post in posts %}<a href="{{ post.url | url }}">{{ post.title }}</a>{% endfor %}'
        "</body></html>\n"
    ),
}
_SETTINGS = """\
site_name: A site
site_url: https://blog.example/
theme: {name: null, custom_dir: overrides, language: en}
plugins:
  - material/blog:
      blog_dir: .
      post_url_format: "{slug}"
      draft_if_future_date: true
      authors: false
      post_readtime: false
  - material/tags
hooks:
  - HOOK
markdown_extensions:
  - press.extensions.page_findings
  - pymdownx.snippets: {base_path: [.], check_paths: true, restrict_base_path: true}
  - pymdownx.superfences:
      custom_fences:
        - name: "*"
          class: listing
          validator: !!python/name:press.extensions.listings.validator
          format: !!python/name:press.extensions.listings.formatter
  - press.extensions.listings
extra:
  authors: [The Under Load authors]
  categories: [Capacity, Connections]
  series: [Scalable backends]
  tags: [asyncio, asyncpg, queueing]
validation:
  links: {not_found: warn, anchors: warn, absolute_links: warn, unrecognized_links: warn}
""".replace("HOOK", f"{ROOT}/press/hook.py")


def write(root: Path, path: str, text: str) -> None:
    """Write a file of the repository."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def repository(root: Path) -> Path:
    """Write a repository with plain templates, a front page and no article, at `root`."""
    write(root, "mkdocs.yml", _SETTINGS)
    for name, template in _TEMPLATES.items():
        write(root, f"overrides/{name}", template)
    write(root, "docs/index.md", "# Front page\n")
    (root / "docs" / "assets").mkdir()
    (root / "docs" / "assets" / "fonts").symlink_to(ROOT / "docs" / "assets" / "fonts")
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


def preview(root: Path) -> None:
    """Build the site into `preview`, with drafts, as `mkdocs serve` does."""
    _build(root, "preview", "serve", "http://127.0.0.1:8000/")


def warnings(root: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings of a preview."""
    caplog.clear()
    preview(root)
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def publish(root: Path) -> None:
    """Build the site into `site`, as `mkdocs build` does."""
    _build(root, "site", "build", None)


def _build(
    root: Path, target: str, command: Literal["build", "serve"], serve_url: str | None
) -> None:
    plugins: Any = MkDocsConfig.plugins
    plugins.plugin_cache.clear()  # those of an earlier build in this process are shut down
    with contextlib.chdir(root):
        config = load_config(str(root / "mkdocs.yml"), site_dir=str(root / target))
        config.plugins.on_startup(command=command, dirty=False)
        build(config, serve_url=serve_url)
