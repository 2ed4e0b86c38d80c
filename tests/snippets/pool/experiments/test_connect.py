"""The load of the experiment on connections."""

import pytest

from lab.experiment import Setting
from lab.load import serve
from snippets.pool.experiments.connect import RefusedError, load


async def test_an_answer_that_is_not_200_ends_the_measurement() -> None:
    setting = Setting({"seconds": 0.1, "settle_s": 0.0})
    refused = pytest.raises(RefusedError, match=r"requests failed: \{'404': ")
    with serve("fastapi:FastAPI", {}) as app, refused:  # it has no /backend
        await load(app.url, 1, setting)
