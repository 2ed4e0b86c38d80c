"""The manifest says which tests ran which line, and is written only after a whole green run.

A repository in miniature has the real instruments and settings, and its suite runs in a process of
its own, on the servers of this one. It loads nothing that its listings do not import: what starts
in a test here is up to five interpreters.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lab import manifest
from lab.recorder import (
    PARTIAL_RUNS,
    Verification,
    function_lines,
    listings,
    pytest_runtest_setup,
    why_not,
)
from lab.repository import ROOT

COPIED = [
    "pyproject.toml",
    "lab",
    "tests/article.py",
    "tests/limits.py",
    "tests/preloaded",
    "tests/snippets/test_transcripts.py",
]

FILES = {
    "tests/conftest.py": """
        import pytest

        pytest_plugins = ["tests.article", "tests.limits", "lab.recorder"]


        @pytest.fixture(scope="session")
        def services() -> None:
            pass  # they run: their URLs are in the environment
        """,
    "snippets/__init__.py": "",
    "snippets/demo/__init__.py": "",
    "snippets/demo/limits.py": """
        LIMITS = {
            "size": 10,
        }
        """,
    "snippets/demo/size.py": """
        import asyncpg
        from snippets.demo.limits import LIMITS


        def size(replicas: int) -> int:
            if replicas > 1:
                return LIMITS["size"] // replicas
            return LIMITS["size"]


        def main() -> None:
            import lab

            print(lab.__name__, asyncpg.__name__, size(1))


        if __name__ == "__main__":
            main()
        """,
    "snippets/demo/naive_size.py": """
        def size(replicas: int) -> int:
            return 10
        """,
    "snippets/demo/rows.sql": "SELECT 42 AS answer;\n",
    "tests/snippets/demo/test_size.py": """
        from pathlib import Path

        import pytest
        from snippets.demo import naive_size, size


        def test_replicas_share(tmp_path: Path) -> None:
            (tmp_path / "written").write_text("by a test that passes")
            assert size.size(2) == 5


        @pytest.mark.naive("snippets/demo/naive_size.py")
        def test_naive_replicas_do_not_share() -> None:
            assert naive_size.size(2) == 10
        """,
}
OTHER = """
def test_other() -> None:
    from snippets.demo import size

    assert size.size(1) == 10
"""
SHARE = "tests/snippets/demo/test_size.py::test_replicas_share"
NAIVE = "tests/snippets/demo/test_size.py::test_naive_replicas_do_not_share"
PRINTS = "tests/snippets/test_transcripts.py::test_a_listing_prints_what_its_transcript_says"


@pytest.fixture
def miniature(tmp_path: Path, services: None) -> Path:
    for path in COPIED:
        source, target = ROOT / path, tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    for path, text in FILES.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    (tmp_path / "kept").mkdir()
    preloaded = tmp_path / "tests" / "preloaded" / "__init__.py"
    text = preloaded.read_text(encoding="utf-8")
    text, found = re.subn(
        r"LIBRARIES = \(.*?\n\)", 'LIBRARIES = ("asyncpg",)', text, flags=re.DOTALL
    )
    assert found == 1
    preloaded.write_text(text, encoding="utf-8")
    return tmp_path


def suite(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the miniature's tests with the few plugins that it needs, because loading takes long."""
    plugins = ["pytest_cov.plugin", "xdist.plugin", "pytest_asyncio.plugin", "pytest_timeout"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *(f"-p{plugin}" for plugin in plugins), *arguments],
        cwd=root,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_DEBUG_TEMPROOT": str(root / "kept"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def written(root: Path) -> dict[str, Any]:
    text = (root / "build" / "verification.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.timeout(180)  # three interpreters start in it
def test_a_whole_green_run_is_recorded(miniature: Path) -> None:
    done = suite(miniature, "-n2", "--cov", "--update-transcripts")
    assert done.returncode == 0, done.stdout
    assert (
        "rewrote snippets/demo/rows.out\n"
        "rewrote snippets/demo/size.out\n"
        "build/verification.json is renewed: 6 files\n"
    ) in done.stdout
    assert not [path for path in (miniature / "kept").rglob("*") if not path.is_dir()]
    size = (miniature / "snippets/demo/size.out").read_text(encoding="utf-8")
    assert re.fullmatch(
        r"\$ python -m snippets\.demo\.size  # source [0-9a-f]{12}\nlab asyncpg 10\n", size
    )
    found = written(miniature)

    module = found["files"]["snippets/demo/size.py"]
    content = (miniature / "snippets/demo/size.py").read_bytes()
    assert module["sha256"] == hashlib.sha256(content).hexdigest()
    assert module["tests"] == [SHARE, f"{PRINTS}[snippets/demo/size.py]"]
    by_line = {
        content.decode().splitlines()[int(line) - 1].strip(): tests
        for line, tests in module["lines"].items()
    }
    assert by_line["if replicas > 1:"] == [0, 1]
    assert by_line['return LIMITS["size"] // replicas'] == [0]
    assert by_line['return LIMITS["size"]'] == [1]
    assert by_line["import lab"] == [1]
    assert by_line["def size(replicas: int) -> int:"] == []
    assert by_line["main()"] == []
    assert module["missing"] == []

    assert found["files"]["snippets/demo/naive_size.py"]["tests"] == [NAIVE]
    assert found["files"]["snippets/demo/limits.py"]["tests"] == module["tests"]
    assert found["files"]["snippets/demo/rows.sql"] == {
        "sha256": hashlib.sha256(b"SELECT 42 AS answer;\n").hexdigest(),
        "tests": [f"{PRINTS}[snippets/demo/rows.sql]"],
        "lines": {},
        "missing": [],
    }
    assert found["naive"] == {"snippets/demo/naive_size.py": [NAIVE]}
    python, postgresql, server, *libraries = found["versions"]
    assert (python, postgresql) == ("python", "postgresql")
    assert server in ("redis", "valkey")
    assert libraries == ["asyncpg"]


@pytest.mark.timeout(180)
def test_a_run_in_one_process_is_recorded_with_the_lines_that_no_test_executed(
    miniature: Path,
) -> None:
    (miniature / "tests/snippets/test_transcripts.py").unlink()
    other = miniature / "tests/press/test_other.py"  # tests no listing, so it is in no caption
    other.parent.mkdir()
    other.write_text(OTHER, encoding="utf-8")
    options = ["-n0", "--cov-fail-under=10"]
    done = suite(miniature, *options, "--cov")
    assert done.returncode == 0, done.stdout
    module = written(miniature)["files"]["snippets/demo/size.py"]
    lines = (miniature / "snippets/demo/size.py").read_text(encoding="utf-8").splitlines()
    executed = {lines[int(number) - 1].strip() for number in module["lines"]}
    missing = {lines[number - 1].strip() for number in module["missing"]}
    assert module["tests"] == [SHARE]
    assert {"if replicas > 1:", "def size(replicas: int) -> int:"} <= executed
    assert {'return LIMITS["size"]', "import lab", "main()"} <= missing
    assert not executed & missing


@pytest.mark.timeout(180)
def test_a_run_of_one_article_replaces_what_is_known_of_its_files(miniature: Path) -> None:
    (miniature / "snippets/demo/rows.sql").unlink()  # the whole run is green with it
    for path in ("snippets/other/__init__.py", "snippets/other/limits.py"):
        (miniature / path).parent.mkdir(exist_ok=True)
        (miniature / path).write_text("LIMIT = 1\n", encoding="utf-8")
    other: manifest.FileRecord = {"sha256": "", "tests": ["t"], "lines": {}, "missing": []}
    last = manifest.Manifest(
        recorded="2026-11-20T00:00:00Z",
        versions={"python": "3.11.0"},
        files={"snippets/demo/gone.py": other, "snippets/other/limits.py": other},
        naive={"snippets/other/naive.py": ["t"]},
    )
    manifest.write(miniature, last)
    one = ["--article=demo", "--cov=snippets/demo", "--update-transcripts"]
    done = suite(miniature, "-n1", *one)  # a worker chooses the tests, too; one says it
    assert done.returncode == 0, done.stdout
    assert "build/verification.json is renewed: 4 files of demo\n" in done.stdout
    assert "This was what demo needs. The whole suite, `make test`, adds other;" in done.stdout

    found = manifest.read(miniature)
    assert found is not None
    assert found["files"]["snippets/other/limits.py"] == other
    assert "snippets/demo/gone.py" not in found["files"]
    assert found["files"]["snippets/demo/size.py"]["tests"] == [
        SHARE,
        f"{PRINTS}[snippets/demo/size.py]",
    ]
    assert found["naive"] == {
        "snippets/demo/naive_size.py": [NAIVE],
        "snippets/other/naive.py": ["t"],
    }
    assert found["recorded"] == last["recorded"]
    assert manifest.run_of(found, "snippets/demo/size.py")["recorded"] > last["recorded"]


class Config:
    """What the plugin asks of a run that was started with these options."""

    def __init__(self, *, args: list[str], root: Path = ROOT, **options: object) -> None:
        self.args = args
        self.rootpath = root
        self.pluginmanager = SimpleNamespace(hasplugin=lambda name: name == "_cov")
        self._options = options

    def getoption(self, name: str, default: object = None) -> object:
        """As given, else the default."""
        return self._options.get(name, default)

    def getini(self, name: str) -> list[str]:
        """As in pyproject.toml."""
        assert name == "testpaths"
        return ["tests"]


WHOLE = {"args": [str(ROOT / "tests")]}


@pytest.mark.parametrize(
    ("status", "changes", "reason"),
    [
        (0, {}, None),
        (1, {}, "not everything passed"),
        (5, {}, "not everything passed"),
        (0, {"args": [str(ROOT / "tests/lab")]}, "only a part of the suite ran"),
        (0, {"args": [str(ROOT / "tests/snippets/pool")], "article": "pool"}, None),
        (0, {"article": "pool", "keyword": "x"}, "only a part of the suite ran"),
        (
            0,
            {"args": [str(ROOT / "tests"), str(ROOT / "snippets")]},
            "only a part of the suite ran",
        ),
        *((0, {option: ["x"]}, "only a part of the suite ran") for option in PARTIAL_RUNS),
    ],
)
def test_only_a_whole_green_run_counts(
    status: int, changes: dict[str, Any], reason: str | None
) -> None:
    config = Config(**{**WHOLE, **changes})
    assert why_not(cast("pytest.Config", config), status) == reason


def test_a_part_of_the_suite_is_not_recorded(tmp_path: Path) -> None:
    whole = [str(tmp_path / "tests")]
    part = Config(args=whole, root=tmp_path, keyword="share")
    run = Verification(cast("pytest.Config", part))
    run.pytest_sessionfinish(0)
    assert run.outcome == "build/verification.json is not renewed: only a part of the suite ran"
    assert not (tmp_path / "build").exists()


def test_the_options_that_select_a_part_exist(pytestconfig: pytest.Config) -> None:
    assert [name for name in PARTIAL_RUNS if not hasattr(pytestconfig.option, name)] == []


def test_a_mark_that_names_no_file_fails_its_test(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.naive("snippets/demo/no_such.py"))
    with pytest.raises(pytest.fail.Exception, match=r"naive\('snippets/demo/no_such.py'\) names"):
        pytest_runtest_setup(request.node)


def test_only_the_lines_of_function_bodies_are_run_by_a_test_and_not_by_an_import(
    tmp_path: Path,
) -> None:
    module = tmp_path / "module.py"
    text = """
        LIMIT = 10
        def one_line(): return LIMIT
        @decorated(
            LIMIT
        )
        async def outer(
            limit: int = LIMIT,
        ) -> int:
            "inside"
            def inner() -> int:
                return limit  # inside
            return inner()  # inside
        class Pool:
            size = LIMIT
            def acquire(self) -> None:
                pass  # inside
    """
    module.write_text(dedent(text), encoding="utf-8")
    lines = module.read_text(encoding="utf-8").splitlines()
    inside = {number for number, line in enumerate(lines, 1) if "inside" in line or "inner" in line}
    assert function_lines(module) == inside


def test_listings_are_what_people_wrote(tmp_path: Path) -> None:
    kept = ["a/x.py", "a/compose.yaml", "two_level_cache/x.sql"]
    left = ["a/x.out", "a/__pycache__/x.pyc", ".ruff_cache/0/1"]
    for path in (*kept, *left):
        place = tmp_path / "snippets" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    assert listings(tmp_path) == sorted(tmp_path / "snippets" / path for path in kept)
