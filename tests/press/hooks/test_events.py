"""MkDocs is told what the hooks do through one file; losing it costs no guarantee."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from lab.repository import ROOT
from press.hooks import events
from tests.press.miniature import article, preview, repository, write


def test_the_hook_forwards_every_event(tmp_path: Path) -> None:
    repository(tmp_path)
    preview(tmp_path)

    loaded = vars(sys.modules[f"{ROOT}/press/hook.py"])
    handled = {name for name in vars(events) if name.startswith("on_")}
    assert {name for name in loaded if name.startswith("on_")} == handled
    assert all(loaded[name] is getattr(events, name) for name in handled)


def test_a_site_builds_without_the_hook(tmp_path: Path) -> None:
    root = unhooked(tmp_path)
    write(root, "docs/posts/pool.md", article("Text.\n"))

    preview(root)

    assert (root / "preview/pool/index.html").is_file()


def test_front_matter_that_cannot_be_used_stops_mkdocs_without_the_hook(
    tmp_path: Path,
) -> None:
    root = unhooked(tmp_path)
    write(root, "docs/posts/pool.md", article(date="soon"))

    with pytest.raises(Abort):
        preview(root)


@pytest.mark.parametrize("hooked", [True, False], ids=["hook", "no hook"])
def test_settings_that_cannot_be_used_are_named_in_a_preview(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, hooked: bool
) -> None:
    root = repository(tmp_path) if hooked else unhooked(tmp_path)
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    write(root, "mkdocs.yml", settings.replace("[asyncio, asyncpg, queueing]", "asyncio"))

    with pytest.raises(Abort) if hooked else contextlib.nullcontext():
        preview(root)

    assert "mkdocs.yml:1: 'extra.tags' is not a list of names." in caplog.text


def unhooked(root: Path) -> Path:
    """A repository whose settings name no hook."""
    repository(root)
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    without, hooks = re.subn(r"^hooks:\n(?:  .*\n)+", "", settings, flags=re.MULTILINE)
    assert hooks == 1
    write(root, "mkdocs.yml", without)
    return root
