"""Fifty tables, each with two indexes and a reference to another."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
)


def fifty(tables: int) -> MetaData:
    """So many tables; each but the first refers to the one before."""
    metadata = MetaData()
    for number in range(tables):
        before = [ForeignKey(f"t{number - 1}.id")] if number else []
        Table(
            f"t{number}",
            metadata,
            Column("id", Integer, Identity(), primary_key=True),
            Column("name", Text, nullable=False, index=True),
            Column("before", Integer, *before),
        )
    return metadata
