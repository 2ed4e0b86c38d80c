"""Going on with a refresh token, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response

from snippets.tokens.answers import Answer, answer
from snippets.tokens.browsers import (
    COOKIE,
    refuse_other_sites,
    take_back,
)
from snippets.tokens.identity import Bearer, refusal
from snippets.tokens.rotation import rotate
from snippets.tokens.sessions import Reused, Session

router = APIRouter(dependencies=[Depends(refuse_other_sites)])


# --8<-- [start:go-on]
@router.post("/sessions/refresh")
async def go_on(
    request: Request,
    response: Response,
    token: Annotated[str, Cookie(alias=COOKIE)] = "",
) -> Answer:
    state = request.app.state
    session = await rotate(state.pool, token)
    if isinstance(session, Reused):
        await state.revocations.end(session.id)
    if not isinstance(session, Session):
        raise refusal(401, "sign in again", "invalid_token")
    return answer(request, response, session)


# --8<-- [end:go-on]


# --8<-- [start:sign-out]
@router.delete("/sessions/current", status_code=204)
async def sign_out(
    identity: Bearer, request: Request, response: Response
) -> None:
    take_back(response)
    await request.app.state.revocations.end(identity.sid)


@router.delete("/sessions", status_code=204)
async def sign_out_everywhere(
    identity: Bearer, request: Request, response: Response
) -> None:
    take_back(response)
    await request.app.state.revocations.end(
        account=int(identity.sub), asked_by=identity.sid
    )


# --8<-- [end:sign-out]
