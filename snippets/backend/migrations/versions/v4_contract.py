"""Contract: when no process of the old release runs any more, what it needed goes away.

`SET NOT NULL` reads the whole table under a lock that stops everybody; after a check that has been
validated, which stops nobody, it reads nothing.
"""

from alembic import op

revision, down_revision = "v4", "v3"


def upgrade() -> None:
    """Every order has a fingerprint: none matches the empty one of those from before."""
    op.execute("UPDATE orders SET fingerprint = '' WHERE fingerprint IS NULL")
    op.execute("ALTER TABLE orders DROP CONSTRAINT IF EXISTS fingerprinted")  # of a try cut off
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fingerprinted CHECK (fingerprint IS NOT NULL) NOT VALID"
    )
    with op.get_context().autocommit_block():  # ends the transaction, and with it the locks
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fingerprinted")
    op.execute("ALTER TABLE orders ALTER COLUMN fingerprint SET NOT NULL")
    op.execute("ALTER TABLE orders DROP CONSTRAINT fingerprinted")
