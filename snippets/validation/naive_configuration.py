"""Settings that print what they refuse.

Running it starts with a key that is too short and a port that is none.
"""

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings

from snippets.validation.start import start


# --8<-- [start:settings]
class Settings(BaseSettings):
    database_url: PostgresDsn
    signing_key: SecretStr = Field(min_length=32)
    port: int = 8000


def load() -> Settings:
    return Settings()  # type: ignore[call-arg]


# --8<-- [end:settings]


def main() -> None:
    start(load)


if __name__ == "__main__":
    main()
