"""Settings are in a package of their own, and one line is not all.

Running it reads settings written for Pydantic 1, in two steps, and then
as they are written for Pydantic 2.
"""

import os
import warnings
from collections.abc import Callable
from unittest.mock import patch

from pydantic import Field, ValidationError
from pydantic.errors import PydanticImportError
from pydantic_settings import BaseSettings, SettingsConfigDict

ENVIRONMENT = {"DB_URL": "postgresql://db/shop"}


# --8<-- [start:raises]
def unchanged() -> None:
    from pydantic import BaseSettings  # noqa: F401  # [!]


# --8<-- [end:raises]


# --8<-- [start:quiet]
def only_the_import() -> str:
    class Settings(BaseSettings):
        url: str = Field("sqlite://", env="DB_URL")  # type: ignore

    return Settings().url  # type: ignore[call-arg]


# --8<-- [end:quiet]


# --8<-- [start:fix]
class Settings(BaseSettings):  # from pydantic_settings
    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",  # of what else is in the file
        validate_by_name=True,  # Settings(url=…), in a test
    )
    url: str = Field(validation_alias="DB_URL")


def moved() -> str:
    return Settings().url  # type: ignore[call-arg]


# --8<-- [end:fix]


def tell(read: Callable[[], str | None]) -> str | None:
    try:
        return read()
    except PydanticImportError as error:
        return str(error).partition(" See ")[0]
    except ValidationError as error:
        return error.errors()[0]["msg"]


def main() -> None:
    warnings.simplefilter("ignore")  # it says that env is deprecated
    with patch.dict(os.environ, ENVIRONMENT):
        for read in (unchanged, only_the_import, moved):
            print(f"{read.__name__}: {tell(read)}")
    print(f"without DB_URL: {tell(moved)}")


if __name__ == "__main__":
    main()
