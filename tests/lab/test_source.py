"""What makes a result stale, and what does not."""

import hashlib
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import source
from lab.source import modules, source_hash

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "snippets/pool/size.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def digest(write: Write, tmp_path: Path) -> Callable[..., str]:
    def digest(text: str, name: str = "snippets/pool/size.py") -> str:
        return source_hash(write(text, name), tmp_path)

    return digest


def test_it_is_twelve_hexadecimal_digits(digest: Callable[..., str]) -> None:
    found = digest("SIZE = 10\n")
    assert len(found) == 12
    assert int(found, 16) >= 0


def test_it_is_the_same_on_every_python(digest: Callable[..., str]) -> None:
    """The digits were computed by hand from the definition, not copied from a run."""
    tokens = "\0".join(["SIZE", "=", "10", "\n", "if", "SIZE", ":", "\n", "\t"])
    tokens += "\0" + "\0".join(["print", "(", 'f"{ SIZE } of {{}}"', ")", "\n", "\b"])
    code = hashlib.sha256(tokens.encode()).digest()
    expected = hashlib.sha256(b"snippets.pool.size\n" + code).hexdigest()[:12]
    assert digest('SIZE = 10\nif SIZE:\n  print(f"{ SIZE } of {{}}")\n') == expected


@pytest.mark.parametrize(
    "same",
    [
        pytest.param("SIZE = 10  # connections\ndef f():\n    return SIZE\n", id="comment"),
        pytest.param("# --8<-- [start:f]\nSIZE = 10\ndef f():\n    return SIZE\n", id="region"),
        pytest.param("SIZE = 10\n\n\ndef f():\n\n    return SIZE\n\n", id="blank lines"),
        pytest.param("SIZE=10\ndef f( ):\n  return SIZE\n", id="spacing"),
        pytest.param("SIZE = 10\ndef f():\n    return SIZE", id="no final newline"),
        pytest.param("SIZE = \\\n  10\ndef f():\n    return SIZE\n", id="continued line"),
        pytest.param("SIZE = 10\r\ndef f():\r\n    return SIZE\r\n", id="Windows newlines"),
    ],
)
def test_what_is_not_code_does_not_count(digest: Callable[..., str], same: str) -> None:
    assert digest(same) == digest("SIZE = 10\ndef f():\n    return SIZE\n")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param('if a:\n    f(f"{b}")\n    g("x  y")\n', id="space in a string"),
        pytest.param('if a:\n    f(f"{c}")\n    g("x y")\n', id="name in an f-string"),
        pytest.param('if a:\n    f(f"{b} ")\n    g("x y")\n', id="space in an f-string"),
        pytest.param('if a:\n    f(f"{b}")\ng("x y")\n', id="indentation"),
        pytest.param('if a:\n    f(f"{b}")\n', id="missing line"),
    ],
)
def test_code_counts(digest: Callable[..., str], other: str) -> None:
    assert digest(other) != digest('if a:\n    f(f"{b}")\n    g("x y")\n')


def test_an_f_string_is_one_token_even_where_the_tokenizer_takes_it_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python 3.12 and later yield what is faked here; 3.11 yields one STRING."""
    text = 'f"a { f"{b}" } \\\n{{c"\n'
    anywhere = (1, 1)
    parts = [
        ("FSTRING_START", (1, 0), (1, 2)),
        ("OP", anywhere, anywhere),
        ("FSTRING_START", (1, 6), (1, 8)),
        ("NAME", anywhere, anywhere),
        ("FSTRING_END", (1, 11), (1, 12)),
        ("FSTRING_MIDDLE", anywhere, anywhere),
        ("FSTRING_END", (2, 3), (2, 4)),
    ]
    numbers = {kind: 900 + number for number, (kind, _, _) in enumerate(parts)}
    for kind, number in numbers.items():
        monkeypatch.setitem(tokenize.tok_name, number, kind)

    def as_python_3_12(_: Callable[[], str]) -> Iterator[tokenize.TokenInfo]:
        for kind, start, end in parts:
            yield tokenize.TokenInfo(numbers[kind], "a part", start, end, "")

    monkeypatch.setattr(tokenize, "generate_tokens", as_python_3_12)
    assert list(source._tokens(text)) == ['f"a { f"{b}" } \\\n{{c"']


@pytest.mark.parametrize(
    "statement",
    [
        "import snippets.pool.engine",
        "from snippets.pool import engine",
        "from snippets.pool.engine import SIZE",
        "from . import engine",
        "from .engine import SIZE",
        "from ..pool.engine import SIZE",
        "def f() -> None:\n    from snippets.pool import engine",
    ],
)
def test_an_imported_module_of_ours_counts(
    digest: Callable[..., str], write: Write, statement: str
) -> None:
    write("SIZE = 10\n", "snippets/pool/engine.py")
    before = digest(f"{statement}\n")
    write("SIZE = 11\n", "snippets/pool/engine.py")
    assert digest(f"{statement}\n") != before


def test_a_module_imported_by_an_imported_module_counts(
    digest: Callable[..., str], write: Write
) -> None:
    write("from snippets.pool.limits import LIMIT\n", "snippets/pool/engine.py")
    write("LIMIT = 1\n", "snippets/pool/limits.py")
    before = digest("import snippets.pool.engine\n")
    write("LIMIT = 2\n", "snippets/pool/limits.py")
    assert digest("import snippets.pool.engine\n") != before


def test_modules_that_import_each_other_are_hashed_once(
    digest: Callable[..., str], write: Write
) -> None:
    write("import snippets.pool.size\n", "snippets/pool/engine.py")
    assert digest("import snippets.pool.engine\n")


def test_instruments_do_not_count(digest: Callable[..., str], write: Write) -> None:
    text = "from lab.experiment import Claim\n\ndef main() -> None:\n    import lab.servers\n"
    write("class Claim: ...\n", "lab/experiment.py")
    write("", "lab/servers.py")
    before = digest(text)
    write("changed = True\n", "lab/servers.py")
    write("class Claim: changed = True\n", "lab/experiment.py")
    assert digest(text) == before


def test_other_peoples_modules_do_not_count(digest: Callable[..., str], write: Write) -> None:
    write("A = 1\n", "asyncpg/pool.py")
    before = digest("import asyncpg.pool\n")
    write("A = 2\n", "asyncpg/pool.py")
    assert digest("import asyncpg.pool\n") == before


def test_two_modules_with_the_same_code_differ(digest: Callable[..., str]) -> None:
    assert digest("A = 1\n", "snippets/pool/a.py") != digest("A = 1\n", "snippets/pool/b.py")


def test_every_byte_of_another_file_counts(digest: Callable[..., str]) -> None:
    assert digest("SELECT 1;\n", "snippets/pool/a.sql") != digest("SELECT 1; \n", "snippets/a.sql")


def test_a_script_is_another_when_one_that_it_includes_changes(
    digest: Callable[..., str], write: Write
) -> None:
    write("CREATE TABLE jobs (id int);\n", "snippets/pool/jobs.sql")
    write("\\ir jobs.sql\n", "snippets/pool/indexes.sql")
    before = digest("\\ir indexes.sql\nSELECT 1;\n", "snippets/pool/a.sql")
    write("CREATE TABLE jobs (id bigint);\n", "snippets/pool/jobs.sql")
    assert digest("\\ir indexes.sql\nSELECT 1;\n", "snippets/pool/a.sql") != before


def test_a_package_is_known_by_its_own_name(write: Write, tmp_path: Path) -> None:
    path = write("from . import engine\n", "snippets/pool/__init__.py")
    engine = write("", "snippets/pool/engine.py")
    assert modules(path, tmp_path) == {"snippets.pool": path, "snippets.pool.engine": engine}


def test_a_module_that_is_not_python_is_named_by_the_error(write: Write, tmp_path: Path) -> None:
    path = write("def\n")
    with pytest.raises(SyntaxError) as caught:
        source_hash(path, tmp_path)
    assert caught.value.filename == str(path)


def test_a_path_outside_the_root_is_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not in the subpath"):
        source_hash(write("A = 1\n"), tmp_path / "elsewhere")
