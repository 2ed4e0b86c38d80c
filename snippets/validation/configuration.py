"""Settings that say what to do, and print no value.

Running it starts with a key that is too short and a port that is none.
"""

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsError

from snippets.validation.problems import reason
from snippets.validation.start import start


# --8<-- [start:settings]
class Settings(BaseSettings):
    database_url: SecretStr  # it holds a password
    signing_key: SecretStr = Field(min_length=32)
    port: int = 8000


class ConfigurationError(SystemExit):
    """Ends the process with a text instead of a traceback."""


def load() -> Settings:
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, one['loc'])).upper()}: {reason(one)}"
            for one in error.errors()
        ]
    except SettingsError as error:  # a list that is not JSON
        lines = [str(error)]
    raise ConfigurationError("\n".join(["Settings:", *lines]))


# --8<-- [end:settings]


def main() -> None:
    start(load)


if __name__ == "__main__":
    main()
