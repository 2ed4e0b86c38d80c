"""Requests that the schema allows: none of them is a 500.

They are made in a thread, and sent in the loop of the application.
"""

import asyncio
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from snippets.testing.started import started
from snippets.testing.stocked import Create

EXAMPLES = 400  # one in fifty has a number that large


# --8<-- [start:fuzz]
async def no_request_is_a_500(
    create: Create, examples: int = EXAMPLES
) -> None:
    app, loop = create(), asyncio.get_running_loop()
    schema = schemathesis.openapi.from_dict(app.openapi())
    async with started(app) as client:

        @sized(examples)
        @given(schema.as_strategy())
        def check(case: schemathesis.Case[Any]) -> None:
            sent = asyncio.run_coroutine_threadsafe(
                client.send(request(case)), loop
            )
            assert sent.result().status_code < 500  # [!]

        await asyncio.to_thread(check)


# --8<-- [end:fuzz]
# --8<-- [start:request]
def request(case: schemathesis.Case[Any]) -> httpx.Request:
    """All of it: headers, cookies, and a body of any type."""
    given = case.as_transport_kwargs(base_url="http://test")
    made: Any = requests.Request(**given).prepare()
    return httpx.Request(
        made.method,
        made.url,
        headers=httpx.Headers(made.headers, encoding="latin-1"),
        content=made.body,
    )


# --8<-- [end:request]
# --8<-- [start:sized]
def sized(examples: int) -> settings:
    """As many, and no example is too slow for a busy machine."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # leave it out: shorter examples
        suppress_health_check=[HealthCheck.too_slow],
    )


# --8<-- [end:sized]
