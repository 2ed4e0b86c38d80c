"""passlib 1.7.4 asks bcrypt for what bcrypt 5 refuses.

Running it hashes a short password through passlib, then the same and a
long one by bcrypt alone, and verifies a hash that passlib has left.
"""

import logging
from textwrap import fill

import bcrypt
from passlib.context import CryptContext

WIDTH = 72  # columns
ROUNDS = 12  # each one more doubles the work
LEFT = "$2b$04$POLtp87HD36.WlShSw4bgOHjcCRyzS3QY2uvyusX9OXCZ8uoxxxfa"


# --8<-- [start:raises]
def store(password: str) -> str:
    context = CryptContext(schemes=["bcrypt"], deprecated="auto")
    return str(context.hash(password))  # of whatever length  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
MAX_BYTES = 72  # of UTF-8, not characters


def to_bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # never fails


def hash_password(password: str) -> str:
    """Raise ValueError for a password that is too long."""
    raw = to_bytes(password)
    if len(raw) > MAX_BYTES:  # where it is chosen: answer 422
        raise ValueError(f"at most {MAX_BYTES} bytes")
    return bcrypt.hashpw(raw, bcrypt.gensalt(ROUNDS)).decode()


def verify_password(password: str, stored: str) -> bool:
    """Hashes of before are of the first 72 bytes: compare these."""
    raw = to_bytes(password)[:MAX_BYTES]  # [!]
    return bcrypt.checkpw(raw, stored.encode())


# --8<-- [end:fix]


class Trapped(logging.Handler):
    """Print what passlib logs, without its traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        print(fill(f"{record.getMessage()}: {error}", WIDTH))


def main() -> None:
    logger = logging.getLogger("passlib.handlers.bcrypt")
    logger.addHandler(trapped := Trapped())
    try:
        store("short")
    except ValueError as error:
        print(fill(f"{type(error).__name__}: {error}", WIDTH))
    finally:
        logger.removeHandler(trapped)
    stored = hash_password("short")
    for password, hashed in (
        ("short", stored),
        ("other", stored),
        ("a" * 80, LEFT),
    ):
        print(f"{password[:5]}: {verify_password(password, hashed)}")
    try:
        hash_password("é" * 37)
    except ValueError as error:
        print(f"37 times é: {error}")


if __name__ == "__main__":
    main()
