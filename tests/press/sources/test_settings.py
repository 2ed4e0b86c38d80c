"""What mkdocs.yml settles for the checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.repository import ROOT
from press.sources.settings import SettingsError, load_settings
from tests.press.miniature import write


def test_the_real_settings_name_what_articles_may_use() -> None:
    settings = load_settings(ROOT)

    assert settings.site_url.endswith("/")
    assert settings.authors
    assert settings.series
    assert settings.categories == tuple(sorted(settings.categories))
    assert settings.tags == tuple(sorted(settings.tags))


def test_settings_are_read_again_after_a_change(tmp_path: Path) -> None:
    write(tmp_path, "mkdocs.yml", "extra: {tags: [a]}\n")
    assert load_settings(tmp_path).tags == ("a",)

    write(tmp_path, "mkdocs.yml", "extra: {tags: [a, b]}\n")
    assert load_settings(tmp_path).tags == ("a", "b")


def test_what_its_tags_name_is_not_imported(tmp_path: Path) -> None:
    write(tmp_path, "mkdocs.yml", "site_url: https://a.example\nx: !!python/name:no.such.module\n")

    assert load_settings(tmp_path).site_url == "https://a.example/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\nc: d: e\n", "mkdocs.yml:2: invalid YAML: mapping values are not allowed"),
        ("- a\n", "mkdocs.yml:1: it holds no settings."),
        ("extra: {tags: asyncpg}\n", "mkdocs.yml:1: 'extra.tags' is not a list of names."),
        ("extra: {series: [5]}\n", "mkdocs.yml:1: 'extra.series' is not a list of names."),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path, "mkdocs.yml", text)

    with pytest.raises(SettingsError) as refusal:
        load_settings(tmp_path)

    assert str(refusal.value).startswith(expected)


def test_elsewhere_there_are_no_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^mkdocs\.yml:1: the file is not here\. Run this"):
        load_settings(tmp_path)
