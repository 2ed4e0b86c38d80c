"""Compares passwords on the event loop, or in the threads of all.

`verifying` serves both, and an experiment measures them.
"""

from fastapi.concurrency import run_in_threadpool

from snippets.tokens.hashes import Checked, Hashes


# --8<-- [start:verify]
async def verify_inline(
    hashes: Hashes, password: str, stored: str | None
) -> Checked:
    return hashes.check(password, stored)


async def verify_in_threads(
    hashes: Hashes, password: str, stored: str | None
) -> Checked:
    return await run_in_threadpool(hashes.check, password, stored)


# --8<-- [end:verify]
