"""An endpoint that reads posts page by page, of one author or of all.

Running it reads two pages, then sends cursors that it did not make,
or made for something else, and prints what it answers.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.pagination.cursors import Cursor, Cursors
from snippets.pagination.posts import Post, engine, posts

router = APIRouter()


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


CursorMaker = Annotated[Cursors, Depends(find_cursors)]
Session = Annotated[AsyncSession, Depends(open_session)]
Author = Annotated[int | None, Query(ge=0, lt=2**31)]
Limit = Annotated[int, Query(ge=1, le=100)]


# --8<-- [start:endpoint]
class Page(BaseModel):
    items: list[PostOut]
    next: str | None  # None: this is the last page


@router.get("/posts")
async def read_posts(
    session: Session,
    cursors: CursorMaker,
    author: Author = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page:
    scope = f"author={author}"
    query = select(Post).order_by(
        Post.created_at.desc(), Post.id.desc()
    )
    if author is not None:
        query = query.where(Post.author == author)
    if cursor is not None:
        last = cursors.decode(cursor, scope)
        key = tuple_(Post.created_at, Post.id)
        query = query.where(key < (last.created_at, last.id))
    found = (await session.scalars(query.limit(limit + 1))).all()
    page = found[:limit]
    more = len(found) > limit  # one more than is shown
    return Page(
        items=[PostOut.model_validate(post) for post in page],
        next=cursors.encode(page[-1], scope) if more else None,
    )


# --8<-- [end:endpoint]


async def demonstrate(dsn: str) -> None:
    app = FastAPI()
    app.include_router(router)
    keys = ["of last month", "of this month, from the secret store"]
    app.state.cursors = Cursors(keys, "posts, newest first, 1")
    async with posts(dsn), engine(dsn) as app.state.engine:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://app"
        )
        async with client:
            first = (await client.get("/posts?limit=3")).json()
            cursor = first["next"]
            second = await client.get(f"/posts?limit=3&cursor={cursor}")
            for page in (first, second.json()):
                print(*(post["id"] for post in page["items"]))
            for name, sent in (
                ("of another filter", f"{cursor}&author=7"),
                ("empty", ""),
                ("shortened", cursor[:-1]),
                ("changed", cursor.swapcase()),
            ):
                answer = await client.get(f"/posts?cursor={sent}")
                print(f"{name}: {answer.status_code}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
