"""A page of its own for every tag, made while the site is built.

Losing it costs these pages: the index of all tags, which the tags plugin makes,
stays, and articles then link to that.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from press.hooks.preview import is_preview, root
from press.sources.articles import articles, tag_url
from press.sources.settings import load_settings


def add(files: Files, config: MkDocsConfig) -> None:
    """Add a page for each tag that an article of this build carries."""
    shown = articles(load_settings(root(config)), datetime.now(UTC), drafts=is_preview())
    used = {tag for article in shown for tag in article.tags}
    for tag in sorted(used):
        name = json.dumps(tag)
        text = f"---\ntitle: {name}\ntag: {name}\ntemplate: tag.html\n---\n"
        source = tag_url(tag).removesuffix("/") + ".md"
        files.append(File.generated(config, source, content=text))
