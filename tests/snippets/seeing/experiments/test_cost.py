"""The application that is watched answers alike, whoever watches."""

from typing import get_args

import pytest

from snippets.seeing.instrumented import Watch, create_app
from snippets.seeing.served import served


@pytest.mark.parametrize("watch", get_args(Watch))
async def test_whoever_watches_the_answer_is_the_same(watch: Watch) -> None:
    async with served(create_app(watch)) as client:
        answer = await client.get("/orders/42")
    assert answer.json() == {"number": 42}
