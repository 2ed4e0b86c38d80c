"""What endpoints on posts take and give."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.pagination.cursors import Cursors


# --8<-- [start:service]
async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(request.app.state.engine) as session:
        yield session


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    created_at: AwareDatetime
    title: str


def find_cursors(request: Request) -> Cursors:
    cursors: Cursors = request.app.state.cursors
    return cursors


CursorsOfApp = Annotated[Cursors, Depends(find_cursors)]
Session = Annotated[AsyncSession, Depends(open_session)]
# --8<-- [start:bounds]
Author = Annotated[int | None, Query(ge=0, lt=2**31)]
Limit = Annotated[int, Query(ge=1, le=100)]
# --8<-- [end:bounds]


class Page(BaseModel):
    items: list[PostOut]
    next: str | None  # None: this is the last page


# --8<-- [end:service]
