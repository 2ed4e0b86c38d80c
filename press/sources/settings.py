"""What mkdocs.yml settles for the checks: the site's address, and the names an article may use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from press.problems import Finding
from press.repository import CONFIG, DOCS

# With libyaml, where PyYAML has it.
SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SettingsError(Exception):
    """mkdocs.yml cannot be used; the text says why in one line.

    Attributes:
        finding: the same with its parts.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True)
class Settings:
    """The part of mkdocs.yml that decides whether an article is right.

    Attributes:
        root: the directory that holds mkdocs.yml.
        site_name: what the site is called.
        site_description: what it is about, in a sentence or three.
        site_url: the address of the site, with its final slash.
        site_author: who writes it.
        repo_url: the address of the repository's site, without a final slash.
        language: that of the pages, such as `en`.
        authors: the names an article may carry; without one it is by the site's authors.
        categories: the categories an article may be filed under.
        tags: the tags an article may carry.
        series: the titles of the series an article may be a part of.
    """

    root: Path
    site_name: str
    site_description: str
    site_url: str
    site_author: str
    repo_url: str
    language: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    series: tuple[str, ...]

    @property
    def docs(self) -> Path:
        """Where the pages are."""
        return self.root / DOCS


def load_settings(root: Path) -> Settings:
    """Read mkdocs.yml of the repository at `root`; read again only after it changed.

    Raises:
        SettingsError: if it does not exist, is not YAML, or lists names in another form.
    """
    try:
        changed = (root / CONFIG).stat().st_mtime_ns
    except FileNotFoundError:
        remedy = "Run this command from the directory that holds it."
        raise SettingsError(Finding(CONFIG, 1, "the file is not here", remedy)) from None
    return _load(root, changed)


@lru_cache(maxsize=8)
def _load(root: Path, _mtime_ns: int) -> Settings:
    try:
        node = yaml.compose((root / CONFIG).read_text(encoding="utf-8"), SafeLoader)
        config = _Constructor("").construct_document(node) if node else None
    except yaml.YAMLError as error:
        raise SettingsError(yaml_finding(CONFIG, error, first_line=1)) from None
    if not isinstance(config, dict):
        raise SettingsError(Finding(CONFIG, 1, "it holds no settings", "Restore the file."))
    theme = config["theme"] if isinstance(config.get("theme"), dict) else {}
    extra = config.get("extra")
    known = extra if isinstance(extra, dict) else {}
    return Settings(
        root=root,
        site_name=f"{config.get('site_name', '')}",
        site_description=f"{config.get('site_description', '')}",
        site_url=f"{config.get('site_url', '')}".rstrip("/") + "/",
        site_author=f"{config.get('site_author', '')}",
        repo_url=f"{config.get('repo_url', '')}".rstrip("/"),
        language=f"{theme.get('language', 'en')}",
        **{name: _names(known, name) for name in ("authors", "categories", "tags", "series")},
    )


def yaml_finding(path: str, error: yaml.YAMLError, first_line: int) -> Finding:
    """Say in one line where text is not YAML.

    Args:
        path: the file that holds the text.
        error: what the parser raised.
        first_line: the line of the file on which the text begins.
    """
    line, why = first_line, "it cannot be read"
    if isinstance(error, yaml.MarkedYAMLError):
        # What was left open, such as a quote, is fixed where it began and not where the text ends.
        open_since = error.context_mark if "scanning" in (error.context or "") else None
        mark = open_since or error.problem_mark or error.context_mark
        line += mark.line if mark else 0
        why = error.problem or error.context or why
    remedy = "Fix the line; text that holds a colon, a hash or a quote needs quotes around it."
    return Finding(path, line, f"invalid YAML: {' '.join(why.split())}", remedy)


def _names(extra: dict[str, Any], key: str) -> tuple[str, ...]:
    names = extra.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        what = f"'extra.{key}' is not a list of names"
        raise SettingsError(Finding(CONFIG, 1, what, "Write it as a list, one name a line."))
    return tuple(names)


class _Constructor(yaml.SafeLoader):
    """Reads mkdocs.yml without running what its tags name: the checks need none of it."""


_Constructor.add_multi_constructor("", lambda _loader, _suffix, _node: None)
