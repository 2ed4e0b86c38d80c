"""What the service is told when it starts: checked there, and never printed.

A wrong value that is found at the first request is an outage; one that is found here is a
deployment that did not happen. Each wait ends before the one around it: otherwise the outer one
gives up first, and the inner one works on for nobody.
"""

from contextlib import suppress
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.asyncio import ConnectionPool
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def postgres_url(given: SecretStr) -> SecretStr:
    """Refuse what is no address of PostgreSQL."""
    with suppress(ArgumentError, ValueError):
        url = make_url(given.get_secret_value())
        if url.get_backend_name() in ("postgresql", "postgres") and {*url.query} <= {*OPTIONS}:
            return given
    raise ValueError(f"should be postgresql://user:password@host/database, options of {OPTIONS}")


def redis_url(given: SecretStr) -> SecretStr:
    """Refuse what is no address of Redis."""
    with suppress(TypeError, ValueError):
        pool = ConnectionPool.from_url(given.get_secret_value())
        pool.make_connection()  # type: ignore[no-untyped-call]  # knows which options there are
        return given
    raise ValueError("should be redis://host:6379/0")


OPTIONS = ["host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey"]  # all drivers know them
PostgresURL = Annotated[SecretStr, AfterValidator(postgres_url)]
RedisURL = Annotated[SecretStr, AfterValidator(redis_url)]
Key = Annotated[SecretStr, Field(min_length=32)]
Seconds = Annotated[float, Field(gt=0, le=600)]
Count = Annotated[int, Field(ge=1, le=10_000)]
Rate = Annotated[str, Field(pattern=r"^[1-9][0-9]* per [1-9][0-9]* (second|minute|hour)s?$")]


class Settings(BaseSettings):
    """From the environment: DATABASE_URL, REDIS_URL, SECRET_KEY and, if need be, the rest."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: PostgresURL
    direct_url: PostgresURL | None = None  # past the pooler: LISTEN, migrations
    pooler: bool = False  # DATABASE_URL is PgBouncer, in transaction mode
    redis_url: RedisURL
    redis_prefix: str = "shop:"
    secret_key: Key  # signs
    previous_secret_key: Key | None = None  # verifies what was signed before
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None  # else: no /metrics

    pool_size: Count = 10
    requests_at_once: Count = 100
    jobs_at_once: Annotated[int, Field(ge=2, le=1000)] = 10

    lock_s: Seconds = 1.0
    statement_s: Seconds = 2.0
    answer_s: Seconds = 2.5  # the driver's clock: the server's goes first
    transaction_s: Seconds = 3.0
    pool_s: Seconds = 1.0
    connect_s: Seconds = 1.0
    request_s: Seconds = 8.0
    redis_s: Seconds = 0.2
    migration_s: Seconds = 60.0  # in line behind another migration

    product_ttl_s: Annotated[int, Field(ge=1, le=3600)] = 30
    argon2_memory_kib: Annotated[int, Field(ge=8, le=1024**2)] = 19 * 1024
    argon2_passes: Annotated[int, Field(ge=1, le=100)] = 2
    argon2_at_once: Count = 2
    argon2_waiting: Count = 40
    attempts_by_account: Rate = "10 per 15 minutes"
    attempts_by_network: Rate = "50 per 15 minutes"

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Refuse limits that end after the one around them, and jobs that never start."""
        if self.pooler and self.direct_url is None:
            raise ValueError("POOLER needs DIRECT_URL: jobs LISTEN, which no pooled connection can")
        nested = [self.lock_s, self.statement_s, self.answer_s, self.transaction_s]
        if any(inner >= outer for inner, outer in pairwise(nested)):
            raise ValueError("LOCK_S < STATEMENT_S < ANSWER_S < TRANSACTION_S does not hold")
        inside = self.pool_s + self.connect_s + self.transaction_s + 2 * self.redis_s
        if inside >= self.request_s:
            told = f"take {inside:g} s, and REQUEST_S is {self.request_s:g} s"
            raise ValueError(f"POOL_S + CONNECT_S + TRANSACTION_S + 2 × REDIS_S {told}")
        return self

    @property
    def direct(self) -> SecretStr:
        """The address of PostgreSQL itself."""
        return self.direct_url or self.database_url


class ConfigurationError(SystemExit):
    """Ends the process with a text in place of a traceback."""


def load() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: says what is wrong with which variable, and not what it holds.
    """
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc'])).upper() or 'together'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ]
    raise ConfigurationError("\n".join(["The settings are refused:", *lines]))
