"""What only a MkDocs hook can do. Losing it costs decoration and never a guarantee.

Without it, templates show no headline figures, reading times and related articles, and a preview
stops at front matter that the blog plugin cannot read instead of showing the problem as a page.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypedDict

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from press import twins
from press.cards import card_address
from press.corpus import documents
from press.covers import picture_size
from press.frontmatter import Document
from press.measurements import MeasurementError
from press.numbers import number
from press.prose import words
from press.settings import SettingsError, load_settings

WORDS_PER_MINUTE = 220
RELATED = 3

log = logging.getLogger("mkdocs.press")


class Headline(TypedDict):
    """The number that leads an article, as templates show it."""

    text: str
    value: str
    title: str
    label: str


def headline(meta: Mapping[str, Any]) -> Headline | None:
    """The headline figure of an article; None if it has none, or the proof refuses it."""
    named = meta.get("headline")
    if not named:
        return None
    try:
        found = number(f"{named['measurement']}.{named['quantity']}")
    except MeasurementError:
        return None
    return Headline(
        text=found.text, value=f"{found.value:.10g}", title=found.title, label=named["label"]
    )


def cover_size(picture: Path) -> tuple[int, int] | None:
    """Width and height of a cover; None if there is none, or the proof refuses it."""
    try:
        return picture_size(picture)
    except OSError:
        return None


def reading_time(page: Page) -> int:
    """How many minutes it takes to read a page, its code not counted."""
    return max(1, round(words(page.markdown or "") / WORDS_PER_MINUTE))


def related(page: Page, posts: list[Page]) -> list[Page]:
    """The articles that share most tags with this one, the newest first among equals."""
    tags = set(page.meta.get("tags", ()))
    shared = [(len(tags.intersection(post.meta.get("tags", ()))), post) for post in posts]
    others = [(count, post) for count, post in shared if count and post is not page]
    return [post for _, post in sorted(others, key=lambda other: -other[0])[:RELATED]]


def on_pre_build(*, config: MkDocsConfig) -> None:
    """Collect no garbage during a build: it makes little, and the search is a tenth of its work."""
    gc.disable()


def on_post_build(*, config: MkDocsConfig) -> None:
    """Collect again what the next build may leave."""
    gc.enable()


def on_build_error(*, error: Exception) -> None:
    """Collect again after a build that was stopped, too."""
    gc.enable()


def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> None:
    """Give templates what the pages do not hold."""
    plugin: Any = config.plugins["material/blog"]
    known: dict[str, Headline | None] = {}

    def headline_of(meta: Mapping[str, Any]) -> Headline | None:
        # Once a build: whether a record is current takes a look at every file behind it.
        named = str(meta.get("headline"))
        if named not in known:
            known[named] = headline(meta)
        return known[named]

    env.globals |= {
        "card": card_address,
        "cover_size": lambda cover: cover_size(Path(config.docs_dir, cover)),
        "headline": headline_of,
        "markdown_text": twins.markdown_text,
        "reading_time": reading_time,
        "related": lambda page: related(page, plugin.blog.posts),
        "twin": lambda page: twins.NAME,
    }


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Put in place of each page whose front matter cannot be used a page that says why.

    The blog plugin would stop the build there: a preview that is starting would end.
    """
    try:
        settings = load_settings(Path(config.config_file_path).parent)
    except SettingsError as error:
        raise PluginError(str(error)) from None
    for page in documents(settings):
        file = files.get_file_from_path(page.path.removeprefix("docs/"))
        if page.meta is None and file is not None:
            for finding in page.findings:
                log.warning("%s", finding)
            files.remove(file)
            # Among the posts the blog plugin would read it again.
            place = PurePosixPath(file.src_uri)
            uri = place.name if place.parts[0] == "posts" else str(place)
            files.append(File.generated(config, uri, content=_notice(page)))


def _notice(page: Document) -> str:
    return "\n\n".join([f"# {page.path}", *(finding.html() for finding in page.findings), ""])
