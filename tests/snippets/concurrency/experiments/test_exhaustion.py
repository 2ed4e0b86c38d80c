"""How the experiment looks for the fewest requests of which one is refused."""

from typing import Any

import pytest

from lab.experiment import Setting
from snippets.concurrency import session
from snippets.concurrency.crowd import THREADS
from snippets.concurrency.experiments import exhaustion

FIRST, LAST = THREADS + 15 - exhaustion.NEAR, THREADS + 15 + exhaustion.NEAR


@pytest.mark.parametrize(
    ("fewest", "found"),
    [(FIRST - 1, FIRST), (FIRST, FIRST), (LAST, LAST), (LAST + 1, LAST + 1), (90, LAST + 1)],
)
async def test_it_looks_near_what_the_theory_says(
    fewest: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more than it asked for at the most stands for `more than that`."""

    async def refused(*_: Any, requests: int, **__: Any) -> int:
        return max(0, requests - fewest + 1)

    monkeypatch.setattr(exhaustion, "refused", refused)
    assert await exhaustion.run(session.create_app, 5, 10, Setting(conditions={})) == {
        "enough": found,
        "refused": 100 - fewest + 1,
    }
