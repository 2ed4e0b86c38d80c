"""What a run of one article knows replaces what the last manifest said of it, and nothing else."""

from pathlib import Path

from lab import manifest
from lab.manifest import FileRecord, Manifest


def record(*tests: str) -> FileRecord:
    return FileRecord(sha256="", tests=list(tests), lines={}, missing=[])


def run(day: str, naive: dict[str, list[str]] | None = None, **files: FileRecord) -> Manifest:
    """A run on that day, of files named `ARTICLE__FILE`."""
    return Manifest(
        recorded=f"2026-11-{day}T00:00:00Z",
        versions={"python": f"3.11.{day}"},
        files={
            f"snippets/{name.replace('__', '/')}.py": found for name, found in sorted(files.items())
        },
        naive=naive or {},
    )


def test_before_the_first_run_there_is_none(tmp_path: Path) -> None:
    assert manifest.read(tmp_path) is None


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = run("01", pool__size=record("one"))
    manifest.write(tmp_path, written)
    assert manifest.read(tmp_path) == written


def test_only_the_files_of_the_article_are_replaced() -> None:
    last = run(
        "01", {"snippets/pool/size.py": ["a"], "snippets/cache/ttl.py": ["b"]},
        cache__ttl=record("b"), pool__gone=record("c"), pool__size=record("a"),
    )  # fmt: skip
    new = run(
        "02", {"snippets/pool/size.py": ["d"], "snippets/cache/ttl.py": []},
        cache__ttl=record(), pool__new=record("e"), pool__size=record("d"),
    )  # fmt: skip
    found = manifest.merged(last, "pool", new)
    assert {path: one["tests"] for path, one in found["files"].items()} == {
        "snippets/cache/ttl.py": ["b"],
        "snippets/pool/new.py": ["e"],
        "snippets/pool/size.py": ["d"],
    }
    assert found["naive"] == {"snippets/cache/ttl.py": ["b"], "snippets/pool/size.py": ["d"]}


def test_each_file_keeps_the_day_and_the_versions_of_its_run() -> None:
    last = run("01", cache__ttl=record(), pool__size=record(), retry__once=record())
    found = manifest.merged(last, "pool", run("02", pool__size=record()))
    found = manifest.merged(found, "retry", run("03", retry__once=record()))
    runs = {path: manifest.run_of(found, path) for path in found["files"]}
    assert {path: (one["recorded"][8:10], one["versions"]) for path, one in runs.items()} == {
        "snippets/cache/ttl.py": ("01", {"python": "3.11.01"}),
        "snippets/pool/size.py": ("02", {"python": "3.11.02"}),
        "snippets/retry/once.py": ("03", {"python": "3.11.03"}),
    }


def test_without_a_last_run_only_the_article_is_known() -> None:
    new = run("02", cache__ttl=record(), pool__size=record("d"))
    assert list(manifest.merged(None, "pool", new)["files"]) == ["snippets/pool/size.py"]


def test_an_article_whose_name_begins_with_that_of_another_is_another() -> None:
    last = run("01", pool__size=record("a"), pooling__size=record("b"))
    found = manifest.merged(last, "pool", run("02", pool__size=record("c")))
    assert found["files"]["snippets/pooling/size.py"]["tests"] == ["b"]
