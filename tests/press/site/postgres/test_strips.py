"""The strip of a listing that readers run: built in where the package is, else no trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lab.source import source_hash
from press.__main__ import main
from press.site.postgres import package
from tests.press import records
from tests.press.miniature import BODY, article, repository, write

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

PAGE = "site/pool/index.html"
FILES = {
    "index.js": b"export const PGlite = 1;\n",
    "pglite.wasm.packed": b"0" * 3_000_000,
    "LICENSE.txt": b"Apache\n",
}
SCRIPT = "\\ir tables.sql\n-- --8<-- [start:all]\nSELECT id FROM jobs;\n-- --8<-- [end:all]\n\\g\n"
SHOWN = """
```sql run="here"
--8<-- "snippets/pool/jobs.sql:all"
```

```text
--8<-- "snippets/pool/jobs.out"
```

```sql
--8<-- "snippets/pool/tables.sql"
```
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose one article marks a listing."""
    repository(tmp_path)
    records.write(tmp_path, records.record(tmp_path))
    write(tmp_path, "snippets/pool/tables.sql", "CREATE TABLE jobs (id int);\n")
    write(tmp_path, "snippets/pool/jobs.sql", SCRIPT)
    digest = source_hash(tmp_path / "snippets/pool/jobs.sql", tmp_path)
    write(tmp_path, "snippets/pool/jobs.out", f"$ psql  # source {digest}\n id \n----\n")
    write(tmp_path, "docs/assets/script.js", 'import("postgres/page.js");\n')
    write(tmp_path, "docs/assets/postgres/page.js", 'new Worker("worker.js");\n')
    write(tmp_path, "docs/assets/postgres/worker.js", 'import "./pglite/index.js";\n')
    headline = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests served"}
    body = BODY.replace("## Where", f"{SHOWN}\n## Where")
    write(tmp_path, "docs/posts/pool.md", article(body, draft=None, headline=headline))
    return tmp_path


def build(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(["build"], root)
    said = capsys.readouterr()
    return status, said.out + said.err


def test_with_the_package_a_marked_listing_has_its_strip(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(package, "files", lambda root: FILES)
    assert build(root, capsys) == (0, "The site is in site.\n")
    soup = BeautifulSoup((root / PAGE).read_text(encoding="utf-8"), "html.parser")
    (strip,) = soup.select(".runner")
    assert strip.parent == soup.select_one("figure[data-path='snippets/pool/jobs.sql']")
    assert strip["data-runs"] == "2"
    assert strip.get_text(" ") == (
        f"Run it here PostgreSQL {package.POSTGRES} in this page: 3.0 MB once, about 400 MB of "
        "memory. Nothing leaves your machine."
    )
    tables = (root / PAGE).parent / str(strip["data-src"])
    assert tables.read_text(encoding="utf-8") == "CREATE TABLE jobs (id int);"


def test_what_a_click_loads_is_named_by_its_content(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(package, "files", lambda root: FILES)
    build(root, capsys)
    (worker,) = (root / "site/assets/postgres").glob("worker.*.js")
    (index,) = (root / "site/assets/postgres/pglite").glob("index.*.js")
    assert worker.read_text(encoding="utf-8") == f'import "./pglite/{index.name}";\n'
    assert (root / "site/assets/postgres/pglite/LICENSE.txt").is_file()


def test_without_the_package_one_line_says_so_and_the_page_is_complete(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert build(root, capsys) == (
        0,
        "PostgreSQL in the page is left out: there is no npm.\nThe site is in site.\n",
    )
    html = (root / PAGE).read_text(encoding="utf-8")
    assert 'data-path="snippets/pool/jobs.sql"' in html
    assert "runner" not in html
    assert not (root / "site/assets/postgres").exists()


def test_a_tampered_package_stops_the_build(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = root / package.CACHE / package.SERVER.tarball
    place.parent.mkdir(parents=True)
    place.write_bytes(b"something else")
    status, said = build(root, capsys)
    assert status == 1
    assert said.startswith("press/site/postgres/package.py: @electric-sql/pglite@")
    assert said.endswith(
        "Delete .cache/postgres and build again. If it stays, the package was changed.\n1 problem\n"
    )
    assert not (root / "site").exists()


def test_a_site_that_marks_nothing_fetches_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetched(root: Path) -> dict[str, bytes]:
        raise AssertionError("fetched")

    monkeypatch.setattr(package, "files", fetched)
    page = root / "docs/posts/pool.md"
    page.write_text(page.read_text(encoding="utf-8").replace(' run="here"', ""), encoding="utf-8")
    assert build(root, capsys) == (0, "The site is in site.\n")


def test_feeds_and_twins_know_nothing_of_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(package, "files", lambda root: FILES)
    build(root, capsys)
    for name in ("feed.xml", "feed.json", "pool/index.md"):
        assert "in this page" not in (root / "site" / name).read_text(encoding="utf-8")
