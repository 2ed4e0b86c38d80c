"""The load of the experiment on connections."""

import pytest
from fastapi import FastAPI, HTTPException, Request

from snippets.pool.experiments.connect import request


async def test_an_answer_that_is_not_200_ends_the_measurement() -> None:
    app = FastAPI()

    @app.get("/backend")
    async def backend(request: Request) -> None:
        raise HTTPException(503 if await request.body() == b"" else 500)

    with pytest.raises(RuntimeError, match="the app answered 503"):
        await request(app)
