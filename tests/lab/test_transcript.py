"""Transcripts: which listings have one, what it says, and when it no longer says it."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lab import transcript
from lab.atomic import replace_text
from lab.source import source_hash
from lab.transcript import Finished, Transcript
from tests.miniature import Tree
from tests.processes import outliving

HELLO = """
    def main() -> None:
        print("hello")

    if __name__ == "__main__":
        main()
"""


@pytest.fixture
def hello(tree: Tree) -> Path:
    tree.write("snippets/demo/__init__.py", "")
    return tree.write("snippets/demo/hello.py", HELLO)


def run(listing: Path, tree: Tree) -> Finished:
    return transcript.run(transcript.command(listing, tree.root), tree.root, timeout_s=30)


def test_what_is_written_is_read_back() -> None:
    written = Transcript("python -m snippets.a.b", "0123456789ab", " two\n\n  lines\n")
    text = str(written)
    assert text == "$ python -m snippets.a.b  # source 0123456789ab\n two\n\n  lines\n"
    assert transcript.parse(text) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\n",
        "$ python -m a\nhello\n",
        "$ python  # source 123\n",
        "$   # source 0123456789ab",
    ],
)
def test_a_transcript_without_a_command_and_a_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1 is not '\$ COMMAND  # source HASH'"):
        transcript.parse(text)


def test_what_runs_by_itself_has_a_transcript(tree: Tree, hello: Path) -> None:
    tree.write("snippets/demo/engine.py", "SIZE = 10\n")
    tree.write("snippets/demo/compose.yaml", "services: {}\n")
    query = tree.write("snippets/demo/query.sql", "SELECT 1;\n")
    script = tree.write("snippets/demo/warm.sh", "echo warm\n")
    assert transcript.listings(tree.root) == [hello, query, script]


def test_a_script_that_another_includes_has_none(tree: Tree) -> None:
    tree.write("snippets/demo/tables.sql", "CREATE TABLE jobs (id int);\n")
    query = tree.write("snippets/demo/query.sql", "\\ir tables.sql\nSELECT 1;\n")
    assert transcript.listings(tree.root) == [query]


def test_the_command_is_what_a_reader_types(tree: Tree, hello: Path) -> None:
    demo = tree.root / "snippets/demo"
    assert transcript.command(hello, tree.root) == "python -m snippets.demo.hello"
    assert transcript.command(demo / "warm.sh", tree.root) == "sh snippets/demo/warm.sh"
    assert transcript.command(demo / "query.sql", tree.root) == (
        "python -m lab run psql -X -q -v ON_ERROR_STOP=1 -f snippets/demo/query.sql"
    )


def test_a_module_runs_at_the_root(tree: Tree, hello: Path) -> None:
    assert run(hello, tree) == Finished(0, "hello\n", "")


def test_what_counts_runs_a_module_of_snippets(tree: Tree, hello: Path) -> None:
    finished = transcript.run(
        transcript.command(hello, tree.root),
        tree.root,
        timeout_s=30,
        module=["echo", "counted"],
    )
    assert finished.output == "counted snippets.demo.hello\n"


def test_a_tool_runs_under_this_python(tree: Tree) -> None:
    finished = transcript.run(
        "python -m platform --version", tree.root, timeout_s=30, module=["echo", "counted"]
    )
    assert finished.status == 0
    assert "counted" not in finished.output


@pytest.fixture
def typed_input() -> Iterator[None]:
    """Somebody's input waits on the standard input of this process."""
    reader, writer = os.pipe()
    os.write(writer, b"typed\n")
    os.close(writer)
    ours = os.dup(0)
    os.dup2(reader, 0)
    os.close(reader)
    yield
    os.dup2(ours, 0)
    os.close(ours)


def test_a_listing_has_no_input(tree: Tree, typed_input: None) -> None:
    assert run(tree.write("snippets/demo/echo.sh", "cat\n"), tree).output == ""


def test_a_script_finds_this_python(tree: Tree) -> None:
    text = 'python -c "import sys; print(sys.executable)"\n'
    script = tree.write("snippets/demo/which.sh", text)
    finished = run(script, tree)
    assert Path(finished.output.strip()).parent == Path(sys.executable).parent


def test_errors_and_the_status_are_told_apart(tree: Tree) -> None:
    script = tree.write("snippets/demo/fail.sh", "echo out\necho err >&2\nexit 3\n")
    assert run(script, tree) == Finished(3, "out\n", "err\n")


def test_what_a_child_prints_stands_where_a_terminal_would_show_it(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    text = 'import os\nprint("a")\nos.system("echo b")\nprint("c")\n'
    tree.write("snippets/demo/__init__.py", "")
    listing = tree.write("snippets/demo/order.py", text)
    assert run(listing, tree).output == "a\nb\nc\n"


def test_a_listing_that_hangs_is_killed_with_its_children(tree: Tree) -> None:
    tree.write("snippets/demo/hang.sh", "sleep 3600 &\necho $!\nwait\n")
    with pytest.raises(TimeoutError) as caught:
        transcript.run("sh snippets/demo/hang.sh", tree.root, timeout_s=1)
    message, child = str(caught.value).split("\n")[:2]
    assert message == "no end within 1 s; so far:"
    with contextlib.suppress(psutil.NoSuchProcess):
        assert outliving([psutil.Process(int(child))]) == []


@pytest.mark.parametrize(
    ("finished", "sentence"),
    [
        (Finished(0, "out\n", ""), None),
        (Finished(3, "out\n", "err\n"), "ended with status 3:\nout\nerr\n"),
        (
            Finished(0, "out\n", "err\n"),
            "printed on standard error, which no reader expects:\nerr\n",
        ),
    ],
)
def test_only_a_quiet_success_makes_a_transcript(finished: Finished, sentence: str | None) -> None:
    assert transcript.fault(finished) == sentence


PRINTED = Finished(0, "hello\n", "")


@pytest.mark.parametrize("output", ["hello\n", "no newline at the end", "a\r\nb \n\n", ""])
def test_a_transcript_that_says_what_is_printed_is_no_news(
    tree: Tree, hello: Path, output: str
) -> None:
    finished = Finished(0, output, "")
    made = transcript.made(hello, tree.root, finished)
    assert made.source == source_hash(hello, tree.root)
    replace_text(hello.with_suffix(".out"), str(made))
    assert transcript.difference(hello, tree.root, finished) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: "junk", "snippets/demo/hello.out: line 1 is not '$ COMMAND  # source HASH'"),
        (
            lambda text: text.replace("hello\n", "good day\n"),
            "snippets/demo/hello.out is not what hello.py prints:\n"
            "--- snippets/demo/hello.out, stored\n"
            "+++ snippets/demo/hello.out, printed now\n"
            "@@ -1 +1 @@\n-good day\n+hello\n",
        ),
        (
            lambda text: text.replace("python", "python3"),
            "snippets/demo/hello.out is headed 'python3 -m snippets.demo.hello'; "
            "the command is 'python -m snippets.demo.hello'",
        ),
        (
            lambda text: text.replace(text.split()[6], "0" * 12),
            "snippets/demo/hello.out is stale: hello.py, or a module it imports, changed since",
        ),
    ],
)
def test_a_transcript_that_says_something_else_is_named(
    tree: Tree, hello: Path, change: Callable[[str], str], sentence: str
) -> None:
    text = str(transcript.made(hello, tree.root, PRINTED))
    replace_text(hello.with_suffix(".out"), change(text))
    assert (transcript.difference(hello, tree.root, PRINTED) or "").startswith(sentence)


def test_a_missing_transcript_is_named(tree: Tree, hello: Path) -> None:
    sentence = "snippets/demo/hello.out is missing"
    assert transcript.difference(hello, tree.root, PRINTED) == sentence


def test_a_transcript_of_nothing_is_a_stray(tree: Tree, hello: Path) -> None:
    tree.write("snippets/demo/hello.out", "")
    tree.write("snippets/demo/engine.py", "SIZE = 10\n")
    tree.write("snippets/demo/engine.out", "")
    assert list(transcript.strays(tree.root)) == [
        "snippets/demo/engine.out: no runnable listing has this name. Delete it."
    ]


def test_two_listings_that_would_share_a_transcript_are_named(tree: Tree, hello: Path) -> None:
    tree.write("snippets/demo/hello.sql", "SELECT 1;\n")
    assert list(transcript.strays(tree.root)) == [
        "snippets/demo/hello.py and snippets/demo/hello.sql would share hello.out. Rename one."
    ]


def test_the_backend_is_run_as_a_whole(tree: Tree, hello: Path) -> None:
    tree.write("snippets/backend/__main__.py", hello.read_text(encoding="utf-8"))
    assert transcript.listings(tree.root) == [hello]
