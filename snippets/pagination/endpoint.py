"""An endpoint that reads a list of posts page by page.

Running it asks for two pages, then tries cursors that it did not
make, or made for another list, and prints the answers.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.pagination.cursors import Cursor, Position, decode, encode
from snippets.pagination.posts import Post, engine, posts

router = APIRouter()


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(request.app.state.engine) as session:
        yield session


Session = Annotated[AsyncSession, Depends(session)]


# --8<-- [start:endpoint]
class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    created_at: AwareDatetime
    title: str


class PostPage(BaseModel):
    items: list[PostOut]
    next: str | None


@router.get("/authors/{author}/posts")
async def read_posts(
    author: Annotated[int, Path(ge=0, lt=2**31)],
    session: Session,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PostPage:
    query = select(Post).where(Post.author == author)
    scope = f"author={author}"
    if cursor is not None:  # [!]
        last = decode(cursor, scope)
        query = query.where(
            tuple_(Post.created_at, Post.id) < (last.at, last.id)
        )
    query = query.order_by(Post.created_at.desc(), Post.id.desc())
    found = (await session.scalars(query.limit(limit + 1))).all()
    ...


# --8<-- [end:endpoint]
