"""A preview of one page: `make serve PAGE=docs/posts/pool.md`.

With hundreds of articles a preview of all of them takes seconds a change. This one leaves out
every other article and error page, so that an author waits no longer when the site has grown.
Lists name only what is left, and links to the rest lead nowhere. A build leaves nothing out.
"""

from __future__ import annotations

import logging
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files, InclusionLevel

from press.hooks.preview import is_preview, source
from press.problems import close_and_existing
from press.sources.pages import is_one_of_many

log = logging.getLogger("mkdocs.press")


def leave_out_others(files: Files, config: MkDocsConfig) -> None:
    """Leave out the articles and error pages that nobody asked for.

    Raises:
        PluginError: if there is no such page.
    """
    wanted = config.extra.get("page")
    if not wanted or not is_preview():
        return
    pages = {source(file): file for file in files.documentation_pages()}
    choices = {path: file for path, file in pages.items() if is_one_of_many(path)}
    chosen = Path(wanted).as_posix()
    if chosen not in choices:
        raise PluginError(f"PAGE={wanted} is no article. {close_and_existing(chosen, choices)}")
    for path, file in choices.items():
        if path != chosen:
            file.inclusion = InclusionLevel.EXCLUDED
    log.info("Showing %s and not the other %d", chosen, len(choices) - 1)
