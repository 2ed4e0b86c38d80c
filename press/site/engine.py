"""The engine that turns pages into HTML, MkDocs: the only module that starts it.

What it says is counted here and not left to its exit status. Another engine needs another body of
`convert`, and its extensions other answers in `press.extensions.page`.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

from click import ClickException
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from press.repository import CONFIG


class BuildError(Exception):
    """There is no new site; the text says why, in one line or several."""


def convert(root: Path, staging: Path) -> None:
    """Convert all pages of the repository into `staging`.

    Raises:
        BuildError: for every warning and every error, of whatever library.
    """
    forget_plugins()
    warnings = _Warnings()
    logging.getLogger().addHandler(warnings)
    try:
        # Not strict: what is wrong is counted here, whatever the engine makes of it.
        config = load_config(str(root / CONFIG), site_dir=str(staging), strict=False)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
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


def forget_plugins() -> None:
    """Let MkDocs load plugins anew: those of an earlier build in this process are shut down.

    It keeps them in a cache of its settings and offers no way to clear it.
    """
    plugins: Any = MkDocsConfig.plugins
    plugins.plugin_cache.clear()
