"""Requests that the schema allows: none of them is a 500.

They are made in a thread, and sent in the loop of the application.
"""

import asyncio
from typing import Any

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
            request = client.request(
                case.method,
                case.formatted_path,
                params=case.query,
                json=case.body if case.media_type else None,
            )
            sent = asyncio.run_coroutine_threadsafe(request, loop)
            assert sent.result().status_code < 500  # [!]

        await asyncio.to_thread(check)


# --8<-- [end:fuzz]
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
