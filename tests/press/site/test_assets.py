"""The name of an asset says what is in it, and all that asks for it knows the name."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from press.site.assets import name_assets
from press.sources.settings import load_settings
from tests.press.miniature import repository, write

FILES = {
    "assets/fonts/serif.woff2": "font",
    "assets/fonts/LICENSE.txt": "license",
    "assets/style.css": 'src: url("fonts/serif.woff2"), url(data:font/woff2;base64,AA)',
    "assets/search.js": 'import(new URL("pagefind/pagefind.js", site));',
    "assets/script.js": 'import(new URL("search.js", script)); const a = "style";',
    "index.html": '<link href="assets/style.css"><script src="assets/script.js"></script>',
    "pool/index.html": (
        '<link href="../assets/style.css?a#b"><a href="../pool/">x</a>'
        '<code>"../assets/style.css"</code>'
    ),
    "404.html": '<link href="/assets/style.css">',
    "feed.xml": "<link>https://blog.example/assets/style.css</link>",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a built site."""
    repository(tmp_path)
    for path, text in FILES.items():
        write(tmp_path, f"site/{path}", text)
    return tmp_path


def named(root: Path) -> dict[str, str]:
    """The names that assets got, by those that they had."""
    assert name_assets(root / "site", load_settings(root)) == []
    site = root / "site"
    paths = [path.relative_to(site).as_posix() for path in (site / "assets").rglob("*.*")]
    return {re.sub(r"\.[0-9a-f]{10}(?=\.\w+$)", "", path): path for path in paths}


def text(root: Path, path: str) -> str:
    return (root / "site" / path).read_text(encoding="utf-8")


def test_a_name_holds_the_hash_of_the_content(root: Path) -> None:
    for path in named(root).values():
        digest = sha256((root / "site" / path).read_bytes()).hexdigest()[:10]
        assert digest in path or path.endswith("LICENSE.txt")


def test_what_an_asset_asks_for_is_in_its_content_and_so_in_its_name(root: Path) -> None:
    before = named(root)
    assert before["assets/fonts/serif.woff2"].removeprefix("assets/") in text(
        root, before["assets/style.css"]
    )
    assert before["assets/search.js"].removeprefix("assets/") in text(
        root, before["assets/script.js"]
    )

    for path, old in FILES.items():
        write(root, f"site/{path}", old)
    for path in before.values():
        (root / "site" / path).unlink()
    write(root, "site/assets/fonts/LICENSE.txt", "license")
    write(root, "site/assets/fonts/serif.woff2", "another font")
    after = named(root)

    changed = {name for name, path in after.items() if path != before[name]}
    assert changed == {"assets/fonts/serif.woff2", "assets/style.css"}


def test_every_page_asks_for_it_by_that_name(root: Path) -> None:
    style = named(root)["assets/style.css"]
    assert f'href="{style}"' in text(root, "index.html")
    assert f'href="../{style}?a#b"' in text(root, "pool/index.html")
    assert f'href="/{style}"' in text(root, "404.html")
    assert f"https://blog.example/{style}<" in text(root, "feed.xml")


def test_what_is_no_address_stays(root: Path) -> None:
    names = named(root)
    assert '<code>"../assets/style.css"</code>' in text(root, "pool/index.html")
    assert "data:font/woff2;base64,AA" in text(root, names["assets/style.css"])
    assert '"pagefind/pagefind.js"' in text(root, names["assets/search.js"])


def test_assets_that_ask_for_each_other_have_no_names(root: Path) -> None:
    write(root, "site/assets/search.js", 'import("./script.js")')
    (finding,) = name_assets(root / "site", load_settings(root))
    assert "assets in a circle: " in str(finding)
