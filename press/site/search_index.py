"""The search index: static, in chunks, made from the built pages by Pagefind."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pagefind_bin import get_executable

from press.problems import Finding
from press.repository import CONFIG
from press.sources.settings import Settings


def index_search(site: Path, settings: Settings) -> list[Finding]:
    """Put the index of the site's articles and error pages into `pagefind/`."""
    command = [get_executable(), "--site", str(site), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    said = " ".join(f"{done.stdout} {done.stderr}".split())
    remedy = "Run `make check` again; if it stays, reinstall requirements.txt."
    return [Finding(CONFIG, 1, f"the search index cannot be made: {said}", remedy)]
