"""An endpoint that reads posts page by page, of one author or of all.

Running it sends a cursor, then some that it did not make, or made for
something else, and prints what it answers.
"""

import asyncio

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import select, tuple_

from snippets.pagination.cursors import Cursor, Cursors
from snippets.pagination.models import Post, engine
from snippets.pagination.posts import posts
from snippets.pagination.service import (
    Author,
    CursorsOfApp,
    Limit,
    Page,
    PostOut,
    Session,
)

router = APIRouter()


# --8<-- [start:endpoint]
@router.get("/posts")
async def read_posts(
    session: Session,
    cursors: CursorsOfApp,
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
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://app"
    )
    async with posts(dsn), engine(dsn) as app.state.engine, client:
        cursor = (await client.get("/posts")).json()["next"]
        for name, query in (
            ("as it was made", f"cursor={cursor}"),
            ("of another filter", f"cursor={cursor}&author=7"),
            ("shortened", f"cursor={cursor[:-1]}"),
            ("changed", f"cursor={cursor.swapcase()}"),
            ("empty", "cursor="),
        ):
            answer = await client.get(f"/posts?{query}")
            print(f"{name}: {answer.status_code}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
