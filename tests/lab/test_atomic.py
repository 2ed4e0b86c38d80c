"""Files are written in one step."""

from pathlib import Path

import pytest

from lab.atomic import replace_text


def test_a_text_is_replaced_with_its_directory_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    replace_text(path, "×\n")
    replace_text(path, "÷\n")
    assert path.read_bytes() == "÷\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_a_text_while_it_is_replaced_reads_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    replace_text(path, "old")
    with path.open(encoding="utf-8") as reader:
        replace_text(path, "new")
        assert reader.read() == "old"
    assert path.read_text(encoding="utf-8") == "new"


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    replace_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "half of it \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
