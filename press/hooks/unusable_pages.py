"""A page that says what is wrong, in place of one whose front matter cannot be used.

The blog plugin would stop the build there: a preview that is starting would end. Losing this hook
costs only that.
"""

from __future__ import annotations

import logging
from pathlib import PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from press.hooks.preview import root
from press.repository import below_docs
from press.sources.front_matter import Document
from press.sources.pages import documents
from press.sources.settings import SettingsError, load_settings

log = logging.getLogger("mkdocs.press")


def replace(files: Files, config: MkDocsConfig) -> None:
    """Put in place of each page whose front matter cannot be used a page that says why.

    Raises:
        PluginError: if mkdocs.yml cannot be used.
    """
    try:
        settings = load_settings(root(config))
    except SettingsError as error:
        raise PluginError(str(error)) from None
    for page in documents(settings):
        file = files.get_file_from_path(below_docs(page.path))
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
