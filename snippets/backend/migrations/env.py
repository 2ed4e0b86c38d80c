"""What Alembic runs, on a connection that is given: each migration in a transaction of its own."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given["metadata"],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
