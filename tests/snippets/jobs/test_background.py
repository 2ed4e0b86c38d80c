"""What a response leaves behind, over a real socket and with real signals."""

import signal

import pytest

from snippets.jobs import ends, naive_background
from snippets.jobs.naive_background import outcome


@pytest.mark.naive("snippets/jobs/naive_background.py")
@pytest.mark.parametrize(
    ("path", "told", "sent"),
    [
        ("second-fails", 202, ["first"]),
        ("refuses", 409, []),
        ("returns-its-own", 202, ["returned"]),
    ],
)
async def test_tasks_that_are_dropped(path: str, told: int, sent: list[str]) -> None:
    assert await outcome(path) == (told, sent)


@pytest.mark.parametrize("path", ["task/1", "create-task/1"])
async def test_tasks_of_a_server_that_lives(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naive_background, "TASK_S", 0.0)
    assert await outcome(path) == (202, ["1"])


@pytest.mark.parametrize(
    ("path", "end", "grace_s", "done"),
    [
        ("task", signal.SIGTERM, None, ends.TASKS),
        ("task", signal.SIGTERM, 1, 0),
        ("task", signal.SIGKILL, None, 0),
        ("create-task", signal.SIGTERM, None, 0),
    ],
)
async def test_tasks_of_a_server_that_ends(
    path: str, end: signal.Signals, grace_s: int | None, done: int
) -> None:
    assert await ends.sent(path, end, grace_s) == done
