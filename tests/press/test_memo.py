"""What is kept, what it is found by, and when it is made anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from press import memo
from press.memo import Memo
from press.repository import MEMO

TEXT = "a line\r\nand µ"


class Maker:
    """Makes the same text always, and counts how often."""

    made = 0

    def __call__(self) -> str:
        """Make it once more."""
        self.made += 1
        return TEXT


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Code of ours: a module that keeps what another makes with a third."""
    home = tmp_path / "home"
    _module(home, "keeps", "def keep():\n    from press import makes\n")
    _module(home, "makes", "from press.helps import help\n")
    _module(home, "helps", "DIGITS = 3\n")
    _module(home, "elsewhere", "DIGITS = 3\n")
    return home


def _module(home: Path, name: str, text: str) -> None:
    path = home / "press" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _memo(code: Path, name: str = "texts") -> Memo:
    return Memo(name, "press.keeps", ("pytest",), code)


def _next_process() -> None:
    memo._decides.cache_clear()
    memo._make_room.cache_clear()


def _kept(root: Path) -> list[Path]:
    return [path for path in (root / MEMO).rglob("*") if path.is_file()]


def test_a_text_is_made_once_and_then_remembered_as_it_was(
    tmp_path: Path, code: Path, make: Maker
) -> None:
    for _ in range(2):
        assert _memo(code).recall(tmp_path, ["x", 1.5, None], make) == TEXT
        _next_process()

    assert make.made == 1


def test_a_text_is_of_what_it_was_made_of(tmp_path: Path, code: Path, make: Maker) -> None:
    for made_of in (["x"], ["x", 1], {"x": 1}, {"x": 1.5}):
        _memo(code).recall(tmp_path, made_of, make)

    assert make.made == 4


def test_the_order_of_names_does_not_count(tmp_path: Path, code: Path, make: Maker) -> None:
    _memo(code).recall(tmp_path, {"x": 1, "y": 2}, make)
    _memo(code).recall(tmp_path, {"y": 2, "x": 1}, make)

    assert make.made == 1


def test_texts_of_two_kinds_do_not_meet(tmp_path: Path, code: Path, make: Maker) -> None:
    _memo(code, "drawings").recall(tmp_path, "x", make)
    _memo(code, "listings").recall(tmp_path, "x", make)

    assert make.made == 2


@pytest.mark.parametrize("module", ["keeps", "makes", "helps"])
def test_a_change_in_any_module_that_decides_makes_it_anew(
    tmp_path: Path, code: Path, make: Maker, module: str
) -> None:
    _memo(code).recall(tmp_path, "x", make)
    path = code / "press" / f"{module}.py"
    _module(code, module, f"{path.read_text(encoding='utf-8')}OTHER = 1\n")
    _next_process()
    _memo(code).recall(tmp_path, "x", make)

    assert make.made == 2


@pytest.mark.parametrize(
    ("module", "text"),
    [("elsewhere", "DIGITS = 4\n"), ("helps", "DIGITS = 3  # as a rule\n")],
    ids=["another module", "a comment"],
)
def test_what_does_not_decide_changes_nothing(
    tmp_path: Path, code: Path, make: Maker, module: str, text: str
) -> None:
    _memo(code).recall(tmp_path, "x", make)
    _module(code, module, text)
    _next_process()
    _memo(code).recall(tmp_path, "x", make)

    assert make.made == 1


def test_another_version_of_a_library_makes_it_anew(
    tmp_path: Path, code: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    _memo(code).recall(tmp_path, "x", make)
    monkeypatch.setattr(memo, "version", lambda name: f"{name} of tomorrow")
    _next_process()
    _memo(code).recall(tmp_path, "x", make)

    assert make.made == 2


@pytest.mark.parametrize("text", ["DIGITS = 4\n", "DIGITS = (\n", None], ids=str)
def test_what_code_makes_that_changed_since_it_was_loaded_is_not_kept(
    tmp_path: Path, code: Path, make: Maker, text: str | None
) -> None:
    _memo(code).recall(tmp_path, "x", make)
    if text is None:
        (code / "press" / "keeps.py").unlink()
    else:
        _module(code, "helps", text)

    assert _memo(code).recall(tmp_path, "y", make) == TEXT
    assert len(_kept(tmp_path)) == 1


@pytest.mark.parametrize("left", [b"", b"0", b"half", b"x" * 64 + b"\n" + TEXT.encode(), b"\xff"])
def test_what_is_left_of_a_text_is_replaced(
    tmp_path: Path, code: Path, make: Maker, left: bytes
) -> None:
    _memo(code).recall(tmp_path, "x", make)
    (path,) = _kept(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4] if left == b"half" else left)

    assert _memo(code).recall(tmp_path, "x", make) == TEXT
    assert path.read_bytes() == whole


def test_what_fails_leaves_nothing_behind(tmp_path: Path, code: Path) -> None:
    def fail() -> str:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        _memo(code).recall(tmp_path, "x", fail)

    assert not _kept(tmp_path)


def test_the_oldest_go_when_there_are_too_many(
    tmp_path: Path, code: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        _memo(code).recall(tmp_path, number, make)
    for age, path in enumerate(sorted(_kept(tmp_path))):
        os.utime(path, (age, age))
    monkeypatch.setattr(memo, "LIMIT", 2)
    newest = sorted(_kept(tmp_path))[-2:]
    _next_process()

    _memo(code).recall(tmp_path, "another", make)

    assert set(newest) < set(_kept(tmp_path))
    assert len(_kept(tmp_path)) == 3
