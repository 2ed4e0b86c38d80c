"""YAML, TOML and Dockerfiles are checked by a tool that knows their kind.

SQL files and shell scripts are run, and what they print is compared: see test_transcripts. What the
copy of the backend is given is checked where it is copied to, by backend/test_copying.
"""

from pathlib import Path, PurePath

import pytest

from lab.recorder import listings
from lab.repository import ROOT
from tests.snippets.checks import CHECKS, VERIFIED_ELSEWHERE, check_for

COPIED = ROOT / "snippets/backend/project"
PATHS = [
    path.relative_to(ROOT).as_posix()
    for path in listings(ROOT)
    if path.suffix not in VERIFIED_ELSEWHERE and not path.is_relative_to(COPIED)
]


@pytest.mark.parametrize("path", PATHS)
def test_a_listing_is_valid_in_its_own_language(path: str, request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.verifies(path))
    check = check_for(PurePath(path))
    if check is None:
        remedy = "Add a checker to CHECKS in tests/snippets/checks.py"
        pytest.fail(f"{path}: nothing verifies this kind of file. {remedy}.", pytrace=False)
    if problem := check(ROOT / path):
        pytest.fail(f"{path}: {problem}", pytrace=False)


GOOD = {
    "pyproject.toml": 'name = "x"\n',
    "compose.yaml": "services:\n  db:\n    image: postgres:18\n",
    "docker-compose.yml": "services:\n  db:\n    image: postgres:18\n",
    ".github/workflows/test.yml": (
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n"
    ),
    "Dockerfile": 'FROM python:3.14-slim\nCMD ["python", "-m", "http.server"]\n',
    "alerts.yml": "groups:\n  - name: a\n    rules:\n      - alert: Gone\n        expr: up == 0\n",
    "dashboard.json": '{"title": "a", "panels": [{"type": "timeseries", "title": "b"}]}',
}
BAD = {
    "pyproject.toml": ('name = "x"\nname = "y"\n', "Cannot overwrite a value"),
    "compose.yaml": ("services:\n  db:\n    imag: postgres:18\n", "'imag' was unexpected"),
    "docker-compose.yml": ("services:\n  db: {}\n  db: {}\n", 'found duplicate key "db"'),
    ".github/workflows/test.yml": ("on: push\njobs:\n  test:\n    steps: []\n", "$.jobs.test"),
    "Dockerfile": ("FROM python\nRUN cd /tmp\n", "DL3003"),
    "alerts.yml": (
        "groups:\n  - name: a\n    rules:\n      - alert: Gone\n        expr: up = 0\n",
        "could not parse expression",
    ),
    "dashboard.json": (
        '{"title": "a", "panels": [{"type": "timeseries", "titel": "b"}]}',
        "$.panels[0].titel: Grafana reads None",
    ),
}


def write(root: Path, path: str, text: str) -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


def test_every_check_is_shown_to_pass_and_to_fail() -> None:
    for examples in (GOOD, BAD):
        assert {check_for(PurePath(path)) for path in examples} == set(CHECKS.values())


@pytest.mark.parametrize("path", GOOD)
def test_a_good_file_passes(path: str, tmp_path: Path) -> None:
    check = check_for(PurePath(path))
    assert check
    assert check(write(tmp_path, path, GOOD[path])) == ""


@pytest.mark.parametrize("path", BAD)
def test_a_bad_file_is_found(path: str, tmp_path: Path) -> None:
    check = check_for(PurePath(path))
    text, sentence = BAD[path]
    assert check
    assert sentence in check(write(tmp_path, path, text))


@pytest.mark.parametrize("path", ["values.yaml", "limits.lua", "Makefile", "prometheus.yml"])
def test_a_kind_that_nothing_verifies_has_no_check(path: str) -> None:
    assert check_for(PurePath("snippets/demo", path)) is None
