"""Expand: what the next release needs is added, and nothing that this one needs goes away.

Both releases run beside each other during a deployment. The new column may be NULL, as the old one
does not know it, and has no default that would rewrite the table.
"""

from alembic import op

revision, down_revision = "v3", "v2"


def upgrade() -> None:
    """Add the fingerprint of an order's request, and the index for the orders of an account."""
    # Whoever is cut off below begins here again, and this has been committed then.
    op.execute("ALTER TABLE orders ADD COLUMN IF NOT EXISTS fingerprint bytea")
    with op.get_context().autocommit_block():  # CONCURRENTLY cannot be in a transaction
        op.execute("SET lock_timeout = 0")  # it waits for transactions, and holds nobody up
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS orders_of_account")  # of a try that failed
        op.execute("CREATE INDEX CONCURRENTLY orders_of_account ON orders (account_id, id DESC)")
        op.execute("RESET lock_timeout")
