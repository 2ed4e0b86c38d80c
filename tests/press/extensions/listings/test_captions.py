"""The caption says where a listing is from and what the last test run did with it."""

from __future__ import annotations

from bs4.element import Tag

from tests.press.miniature import REPO_URL, Repo, include

PATH = "snippets/pool/sized.py"
MODULE = "import asyncpg\n\n# --8<-- [start:r]\na = 1\nb = 2\nc = 3\n# --8<-- [end:r]\n"


def caption(repo: Repo, target: str = f"{PATH}:r") -> Tag:
    found = repo.render(include(target)).select_one("figcaption")
    assert found is not None
    return found


def text(caption: Tag, selector: str) -> str | None:
    found = caption.select_one(selector)
    return None if found is None else found.get_text()


def test_a_region_names_its_file_and_links_its_lines(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    found = caption(repo)
    link = found.select_one("a.listing__path")
    assert link is not None
    assert link.get_text() == PATH
    assert link["href"] == f"{REPO_URL}/blob/main/{PATH}#L4-L6"
    assert text(found, ".listing__lines") == "lines 4\N{EN DASH}6"


def test_a_region_of_one_line_names_one(repo: Repo) -> None:
    repo.write(PATH, "import os\n# --8<-- [start:r]\na = 1\n# --8<-- [end:r]\n")
    assert text(caption(repo), ".listing__lines") == "line 3"


def test_before_any_run_the_caption_says_what_to_do(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    found = caption(repo)
    assert text(found, ".listing__untested") == "not run yet on this machine: make test"
    assert found.select(".listing__tests, .listing__versions") == []


def test_tests_that_ran_every_line_are_counted_and_named(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    tests = ["t.py::test_one", "t.py::test_two", "t.py::test_other"]
    repo.verified(PATH, tests=tests, lines={"1": [2], "4": [0], "5": [0, 1], "6": [1]})
    found = caption(repo)
    assert text(found, ".listing__tests summary") == "run by 2 tests, every line"
    names = [item.get_text() for item in found.select(".listing__tests li")]
    assert names == ["t.py::test_one", "t.py::test_two"]


def test_lines_that_no_test_ran_are_counted(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    repo.verified(PATH, tests=["t.py::test_a"], lines={"4": [0], "5": [0]}, missing=[6])
    assert text(caption(repo), ".listing__tests summary") == "run by 1 test, 2 of 3 lines"


def test_cases_of_one_test_are_named_once(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    tests = ["t.py::test_a[1]", "t.py::test_a[x-[y]]", "t.py::test_b"]
    repo.verified(PATH, tests=tests, lines={"4": [0, 1, 2]})
    found = caption(repo)
    assert text(found, ".listing__tests summary") == "run by 3 tests, every line"
    names = [item.get_text() for item in found.select(".listing__tests li")]
    assert names == ["t.py::test_a (2 cases)", "t.py::test_b"]


def test_lines_run_by_no_test_are_said_to_be(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    repo.verified(PATH, tests=["t.py::test_a"], lines={"1": [0]}, missing=[4, 5, 6])
    found = caption(repo)
    assert text(found, ".listing__untested") == "no test of the last run ran these lines"
    assert found.select(".listing__tests") == []


def test_a_file_that_the_run_never_met_is_said_to_be(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    repo.write("snippets/other.py", "")
    repo.verified("snippets/other.py")
    assert text(caption(repo), ".listing__untested") == "no test of the last run ran it"


def test_a_file_without_lines_of_code_is_checked(repo: Repo) -> None:
    repo.write("snippets/deploy/compose.yaml", "services: {}\n")
    repo.verified("snippets/deploy/compose.yaml", tests=["t.py::test_schema"])
    found = caption(repo, "snippets/deploy/compose.yaml")
    assert text(found, ".listing__tests summary") == "checked by 1 test"
    assert text(found, ".listing__versions") == "2026-11-20"


def test_versions_and_the_day_of_the_run_are_shown(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    repo.verified(PATH, tests=["t.py::test_a"], lines={"4": [0]})
    assert text(caption(repo), ".listing__versions") == (
        "Python 3.11 · asyncpg 0.32.0 · PostgreSQL 18.1 · 2026-11-20"
    )


def test_a_change_since_the_run_voids_it(repo: Repo) -> None:
    repo.write(PATH, MODULE)
    repo.verified(PATH, tests=["t.py::test_a"], lines={"4": [0]})
    repo.write(PATH, MODULE.replace("b = 2", "b = 3"))
    found = caption(repo)
    assert text(found, ".listing__untested") == "changed since its last test run"
    assert found.select(".listing__tests, .listing__versions") == []


def test_a_naive_listing_names_the_test_that_proves_it_wrong(repo: Repo) -> None:
    path = "snippets/pool/naive_sized.py"
    repo.write(path, "a = 1\n")
    proofs = {
        path: ["tests/test_a.py::test_it_runs_dry[1]", "tests/test_a.py::test_it_runs_dry[2]"]
    }
    repo.verified(path, tests=[], lines={}, naive=proofs)
    found = caption(repo, path).select_one(".listing__naive")
    assert found is not None
    assert str(found) == (
        '<span class="listing__naive">fails: see <code>test_it_runs_dry</code></span>'
    )


def test_a_naive_listing_is_marked_before_any_run(repo: Repo) -> None:
    repo.write("snippets/pool/naive_sized.py", "a = 1\n")
    found = caption(repo, "snippets/pool/naive_sized.py")
    assert text(found, ".listing__naive") == "fails: its test shows how"


def test_a_caption_names_a_few_of_many_tests_and_counts_the_rest(repo: Repo) -> None:
    path = "snippets/pool/size.py"
    repo.write(path, "SIZE = 5\n")
    tests = [f"tests/test_pool.py::test_{number}" for number in range(9)]
    repo.verified(path, tests=tests, lines={"1": list(range(9))})

    caption = repo.render(include(path)).select_one(".listing__tests")

    assert caption is not None
    assert "run by 9 tests" in caption.get_text()
    named = [item.get_text() for item in caption.select("li")]
    assert named == [*tests[:3], "and 6 more"]
