"""What happens at each event of a build, in this order."""

from __future__ import annotations

from typing import Literal

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from press.hooks import (
    escaping,
    garbage,
    link_warnings,
    one_page,
    preview,
    reuse,
    tag_pages,
    template_globals,
    unusable_pages,
)


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember what was asked for."""
    preview.begin(command)


def on_pre_build(*, config: MkDocsConfig) -> None:
    """Prepare for a build."""
    preview.refuse_elsewhere(config)
    garbage.stop_collecting()
    reuse.listen_for_warnings()
    link_warnings.add_lines_to_link_warnings(preview.root(config))


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Decide what is converted."""
    unusable_pages.replace(files, config)
    one_page.leave_out_others(files, config)
    tag_pages.add(files, config)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take the last result where a page is made of the same."""
    markdown = escaping.name_as_text(markdown, page)
    reuse.restore_or_convert(markdown, page, config, files)
    return markdown


@event_priority(1000)  # the tags plugin renders the first templates, at 100
def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> None:
    """Let templates escape, and give them what the pages do not hold."""
    escaping.turn_on(env)
    escaping.take_titles_as_text(files)
    template_globals.add(env, config, files)


def on_post_build(*, config: MkDocsConfig) -> None:
    """Collect what the build may leave."""
    garbage.collect_again()


def on_build_error(*, error: Exception) -> None:
    """Collect garbage again after a build that was stopped, too."""
    garbage.collect_again()
