"""A page of its own for every tag, made while the site is built.

A MkDocs hook. Losing it costs these pages: the index of all tags, which the tags plugin makes,
stays, and articles then link to that.
"""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from pymdownx.slugs import slugify

_slug = slugify(case="lower")


def tag_address(tag: str) -> str:
    """The address of a tag's page, relative to the root of the site."""
    return f"tags/{_slug(tag, '-')}/"


@event_priority(-100)  # after the blog plugin knows which articles are published
def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Add a page for each tag that a published article carries."""
    plugin: Any = config.plugins["material/blog"]
    used = {tag for post in plugin.blog.posts for tag in post.meta.get("tags", ())}
    for tag in sorted(used):
        name = json.dumps(tag)
        text = f"---\ntitle: {name}\ntag: {name}\ntemplate: tag.html\n---\n"
        source = tag_address(tag).removesuffix("/") + ".md"
        files.append(File.generated(config, source, content=text))


def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> None:
    """Let templates link to the pages of tags."""
    env.globals["tag_address"] = tag_address
