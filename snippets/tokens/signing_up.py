"""Signing up, and what a signed-in account may see."""

from fastapi import APIRouter, Depends, HTTPException, Request

from snippets.tokens.accounts import TakenError, create_account
from snippets.tokens.attempts import network_of
from snippets.tokens.bodies import NewAccount
from snippets.tokens.browsers import refuse_other_sites
from snippets.tokens.identity import SignedIn, administrator

# --8<-- [start:router]
router = APIRouter()


@router.post(
    "/accounts",
    status_code=201,
    dependencies=[Depends(refuse_other_sites)],
)
async def sign_up(body: NewAccount, request: Request) -> dict[str, int]:
    state = request.app.state
    limit = state.settings.by_network
    await state.attempts.take(limit, "network", network_of(request))
    password = body.password.get_secret_value()
    hashed = await state.passwords.hash(password)
    try:
        number = await create_account(state.pool, body.email, hashed)
    except TakenError:
        raise HTTPException(409, "there is such an account") from None
    return {"account": number}


@router.get("/me")
async def me(identity: SignedIn) -> dict[str, str]:
    return {"account": identity.sub, "role": identity.role}


@router.get("/report", dependencies=[Depends(administrator)])
async def report() -> dict[str, str]:
    return {"report": "for administrators"}


# --8<-- [end:router]
