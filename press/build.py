"""The strict build: the whole proof, then the whole site, or no new site at all."""

from __future__ import annotations

import contextlib
import logging
import shutil
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from click import ClickException
from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from press.assets import name_assets
from press.cards import draw_cards
from press.corpus import documents, sources
from press.finding import Finding
from press.links import crawl
from press.proof import proof
from press.search_index import index_search
from press.settings import CONFIG, Settings, load_settings
from press.twins import write_twins

SITE = Path("site")

Step = Callable[[Path, Settings], list[Finding]]
"""Completes or checks a freshly built site, and returns what is wrong with it."""


def check_links(site: Path, settings: Settings) -> list[Finding]:
    """Find what leads nowhere in a built site."""
    return list(crawl(site, settings.site_url, sources(documents(settings))).findings)


# What happens to a site that MkDocs has built, in this order: what adds files, then the crawl.
STEPS: tuple[Step, ...] = (draw_cards, write_twins, name_assets, index_search, check_links)


class BuildError(Exception):
    """There is no new site; the text says why, in one line or several."""


def build(root: Path, now: datetime, site: Path = SITE) -> None:
    """Prove the sources, build the site aside, complete and check it, and only then publish it.

    Args:
        root: the repository.
        now: the time of the build, which decides what is published.
        site: where the site goes, relative to `root` if not absolute. A failed build leaves what
            is there as it is.

    Raises:
        SettingsError: if mkdocs.yml cannot be read.
        BuildError: if anything is wrong, warnings included.
    """
    settings = load_settings(root)
    _stop_for(proof(root, now))
    site = root / site
    staging = site.with_name(f"{site.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        # Markdown extensions resolve the paths in a page against the current directory.
        with contextlib.chdir(root):
            _run_mkdocs(root, staging)
        for step in STEPS:
            _stop_for(step(staging, settings))
        _publish(staging, site)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _stop_for(findings: list[Finding]) -> None:
    if findings:
        raise BuildError(listed(findings))


def listed(findings: list[Finding]) -> str:
    """All findings, one a line, and how many there are."""
    count = f"{len(findings)} problem{'s' if len(findings) > 1 else ''}"
    return "\n".join([*map(str, findings), count])


def _run_mkdocs(root: Path, staging: Path) -> None:
    # MkDocs would take up the plugins of an earlier build in this process, which are shut down.
    plugins: Any = MkDocsConfig.plugins
    plugins.plugin_cache.clear()
    warnings = _Warnings()
    logging.getLogger().addHandler(warnings)
    try:
        config = load_config(str(root / CONFIG), site_dir=str(staging), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build_with_mkdocs(config)
        finally:
            config.plugins.on_shutdown()
    except ClickException as error:
        raise BuildError("\n".join([*warnings.lines, error.format_message()])) from None
    except SystemExit:
        # A block of a page may raise it, and MkDocs would end with success and without a site.
        why = "a code block of a page ended the build with SystemExit"
        raise BuildError("\n".join([*warnings.lines, why])) from None
    except Exception as error:
        raise BuildError("\n".join([*warnings.lines, _place(error, root)])) from error
    finally:
        logging.getLogger().removeHandler(warnings)
    if warnings.lines:
        raise BuildError("\n".join(warnings.lines))


class _Warnings(logging.Handler):
    """Keeps every warning of every library, whether or not MkDocs counts it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # On a new machine matplotlib warns that its search for fonts takes long; nothing is wrong.
        if not record.name.startswith("matplotlib."):
            self.lines.append(record.getMessage())


def _place(error: Exception, root: Path) -> str:
    """Name in one line an error nobody foresaw, and the innermost line of ours that met it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = (
        f"{path.relative_to(root).as_posix()}:{frame.lineno}: "
        for frame in reversed(frames)
        if (path := Path(frame.filename)).is_relative_to(root) and "site-packages" not in path.parts
    )
    message = " ".join(str(error).split())
    remedy = "`python -m mkdocs build --strict` shows where it came from."
    return f"{next(ours, '')}{type(error).__name__}: {message}. {remedy}"


def _publish(staging: Path, site: Path) -> None:
    """Put the new site where the old one was."""
    old = site.with_name(f"{site.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    staging.rename(site)
    shutil.rmtree(old, ignore_errors=True)
