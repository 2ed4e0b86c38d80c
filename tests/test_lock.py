"""requirements.txt is complete, so that it can be installed without being resolved.

A resolver looks at what is on offer. The pip of Python 3.11 and 3.12 resolves `coverage[toml]`
apart from the pin of `coverage`, and stops when it finds a release newer than the lock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.declared import APART, GROUPS, LOCK, ROOT, Pin, declared, declared_apart, read_lock

PINS = tuple(read_lock(LOCK.read_text(encoding="utf-8")))
# The continuous run's own tools are pinned alike, each apart.
LOCKS = [LOCK, *(ROOT / ".ci").glob("*.txt"), *APART.values()]


# The oldest Python, the one before the patch release that some pins look at, and each later one.
PYTHONS = ("3.11.0", "3.11.7", "3.12.0", "3.13.0", "3.14.0")
SYSTEMS = {"linux": ("Linux", "x86_64"), "darwin": ("Darwin", "arm64")}


def environment(python: str, platform: str) -> dict[str, str]:
    """An environment as markers describe it."""
    system, machine = SYSTEMS[platform]
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": system,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": platform,
    }


def needed(name: str, version: str) -> list[Requirement]:
    """What a pinned distribution needs; nothing if it is not the one that is installed here."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    if distribution.version != version:
        return []
    return [Requirement(text) for text in distribution.requires or ()]


def unsatisfied(
    pins: Iterable[Pin], wanted: Iterable[Requirement], where: dict[str, str]
) -> Iterator[str]:
    """What the pins lack, or pin otherwise, of what is wanted and of all that this needs."""
    pinned = {pin.name: pin for pin in pins if pin.counts_in(where)}
    seen: set[tuple[str, str]] = set()
    # A requirement, the extra of its dependent that asks for it, and who that is.
    waiting = [(requirement, "", "pyproject.toml") for requirement in wanted]
    while waiting:
        requirement, extra, dependent = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate(where | {"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name not in pinned:
            yield f"{dependent} needs {requirement}, which is not pinned"
        elif not requirement.specifier.contains(pinned[name].version, prereleases=True):
            yield f"{dependent} needs {requirement}, but {pinned[name].version} is pinned"
        else:
            for asked in {"", *requirement.extras} - {extra for key, extra in seen if key == name}:
                seen.add((name, asked))
                waiting += [(one, asked, name) for one in needed(name, pinned[name].version)]


@pytest.mark.parametrize("platform", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_environment_gets_all_that_is_declared_and_all_that_this_needs(
    python: str, platform: str
) -> None:
    assert not list(unsatisfied(PINS, declared(*GROUPS), environment(python, platform)))


@pytest.mark.parametrize("name", APART)
def test_an_environment_apart_pins_what_its_group_declares(name: str) -> None:
    pins = {pin.name: pin.version for pin in read_lock(APART[name].read_text(encoding="utf-8"))}
    for wanted in declared_apart(name):
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)])


@pytest.mark.parametrize("platform", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_nothing_is_pinned_twice_for_one_environment(python: str, platform: str) -> None:
    where = environment(python, platform)
    names = [pin.name for pin in PINS if pin.counts_in(where)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_entry_is_a_pin_with_hashes_and_nothing_else(lock: Path) -> None:
    for pin in read_lock(lock.read_text(encoding="utf-8")):
        assert pin.version, pin.requirement
        assert not pin.requirement.url, pin.requirement
        assert not pin.requirement.extras, pin.requirement
        assert pin.hashes, pin.requirement
        assert all(value.startswith("sha256:") and len(value) == 71 for value in pin.hashes)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_no_address_and_no_comment(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "#" not in text


def test_the_tests_run_with_what_is_pinned() -> None:
    here = {pin.name: pin.version for pin in PINS if pin.counts_in({})}
    installed: dict[str, str] = {
        canonicalize_name(one.name): one.version for one in metadata.distributions()
    }
    other = {name: installed.get(name) for name in here if installed.get(name) != here[name]}
    assert not other, "these are not the pinned versions; `make` installs the lock anew"


@pytest.mark.parametrize(
    ("lock", "says"),
    [
        ("coverage==7.17.3", "pytest-cov needs pluggy>=1.2, which is not pinned"),
        ("pytest-cov==1.0", "pyproject.toml needs pytest-cov>=7.1, but 1.0 is pinned"),
        ("pytest-cov==7.1.0; sys_platform == 'win32'", "pytest-cov>=7.1, which is not pinned"),
    ],
)
def test_a_lock_that_lacks_something_is_found_out(lock: str, says: str) -> None:
    replaced = next(read_lock(lock)).name
    pins = [pin for pin in PINS if pin.name not in {replaced, "pluggy"}]
    found = unsatisfied(
        [*pins, *read_lock(lock)], declared(*GROUPS), environment("3.13.0", "linux")
    )
    assert any(says in problem for problem in found)


def test_what_only_an_extra_asks_for_must_be_pinned_too() -> None:
    pins = [pin for pin in PINS if pin.name != "httptools"]
    [problem] = unsatisfied(pins, declared(), environment("3.13.0", "linux"))
    assert problem.startswith("uvicorn needs httptools")


def wheel(folder: Path, name: str, version: str, *metadata_lines: str) -> str:
    """A wheel with a module of that name; returns the entry of a lock for it."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": "\n".join(
            ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata_lines, ""]
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return f"{name}=={version} --hash=sha256:{sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def yesterday(tmp_path: Path) -> Path:
    """A clone whose lock was made before a release of something that is needed with an extra."""
    offered, clone = tmp_path / "offered", tmp_path / "clone"
    offered.mkdir()
    clone.mkdir()
    shutil.copy(ROOT / "Makefile", clone)
    lock = [
        wheel(offered, "tracer", "1.0", "Provides-Extra: toml"),
        wheel(offered, "plugin", "1.0", "Requires-Dist: tracer[toml]>=0.9"),
    ]
    wheel(offered, "tracer", "2.0", "Provides-Extra: toml")
    (clone / "requirements.txt").write_text("".join(lock), encoding="utf-8")
    return clone


def installs(clone: Path) -> list[str]:
    """The commands by which `make` installs the lock: with uv, and with pip."""
    said = subprocess.check_output(
        ["make", "--dry-run", f"PYTHON={sys.executable}", ".venv/ready"],
        cwd=clone,
        text=True,
        timeout=20,
    )
    return [line.partition(" || ")[2] for line in said.splitlines() if " pip install " in line]


def test_both_installers_are_told_not_to_resolve_and_to_compare_hashes(yesterday: Path) -> None:
    commands = installs(yesterday)
    assert len(commands) == 2
    for command in commands:
        assert command.endswith(" --no-deps --require-hashes -r requirements.txt")


def test_a_release_of_tomorrow_does_not_break_the_install_of_today(yesterday: Path) -> None:
    [pip] = [command for command in installs(yesterday) if " -m pip " in command]
    place = yesterday / "installed"
    options = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(yesterday.parent / "offered"),
        "PIP_NO_INDEX": "1",
        "PIP_TARGET": str(place),
    }
    done = subprocess.run(
        ["sh", "-c", pip],
        cwd=yesterday,
        env=os.environ | options,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in place.glob("*.dist-info")} == {
        "plugin-1.0.dist-info",
        "tracer-1.0.dist-info",
    }


def test_our_packages_are_part_of_the_environment() -> None:
    # As for the script `mkdocs`: the directory that it is started in is not searched.
    asked = "from mkdocs.config import load_config; load_config()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", asked],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
