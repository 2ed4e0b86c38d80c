"""Requests that nobody would think of, made from the schema of the API: none is a 500."""

from collections import Counter
from contextlib import suppress
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from snippets.backend.app import create_app
from tests.snippets.backend.shop import MEDIA_TYPE, Configure, opened

FEW = settings(
    max_examples=3,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LIMIT = "10000 per 1 minutes"


def cases(schema: dict[str, Any]) -> list[tuple[GenerationMode, Any]]:
    """Requests to each route: some that fit the schema, and some that do not."""
    found: list[tuple[GenerationMode, Any]] = []
    for operation in schemathesis.openapi.from_dict(schema).get_all_operations():
        assert isinstance(operation, Ok)
        for mode in GenerationMode:
            made = operation.ok().as_strategy(generation_mode=mode)
            with suppress(Unsatisfiable):  # a route that takes nothing takes nothing wrong
                FEW(given(st.tuples(st.just(mode), made))(lambda one: found.append(one)))()
    return found


async def test_no_request_is_too_much(configure: Configure) -> None:
    allowed = configure(attempts_by_network=LIMIT, attempts_by_account=LIMIT)
    seen = Counter[tuple[GenerationMode, int]]()
    async with opened(allowed) as shop:
        staff = await shop.account("staff")
        for mode, case in cases(create_app(allowed).openapi()):
            sent = requests.Request(**case.as_transport_kwargs(base_url="http://app")).prepare()
            assert sent.method
            assert sent.url
            headers: Any = {**sent.headers, **staff}
            body: Any = sent.body
            answer = await shop.client.request(sent.method, sent.url, content=body, headers=headers)
            assert answer.status_code < 500, (case, answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == MEDIA_TYPE, (case, answer.text)
            seen[mode, answer.status_code // 100] += 1
    # Both kinds have come through to the services.
    assert seen[GenerationMode.POSITIVE, 2] > 3
    assert seen[GenerationMode.NEGATIVE, 4] > 10
