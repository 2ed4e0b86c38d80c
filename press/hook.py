"""The one file that MkDocs loads as a hook: it only forwards to `press.hooks`.

MkDocs imports a hook by its path, a second time beside what anybody imports by name. What holds
state must therefore stand elsewhere, once.
"""

from press.hooks.events import (
    on_build_error,
    on_env,
    on_files,
    on_page_markdown,
    on_post_build,
    on_pre_build,
    on_startup,
)

__all__ = [
    "on_build_error",
    "on_env",
    "on_files",
    "on_page_markdown",
    "on_post_build",
    "on_pre_build",
    "on_startup",
]
