"""The page before: the nearest rows the other way round, turned."""

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import aliased

from snippets.pagination.models import Post


# --8<-- [start:before]
def before(first: Post, size: int) -> Select[Post]:
    key = tuple_(Post.created_at, Post.id)
    nearest = (
        select(Post)
        .where(key > (first.created_at, first.id))
        .order_by(Post.created_at, Post.id)
        .limit(size)
        .subquery()
    )
    post = aliased(Post, nearest)
    return select(post).order_by(post.created_at.desc(), post.id.desc())


# --8<-- [end:before]
