"""What code for Pydantic 1 says, and what it no longer does without saying so."""

import importlib
import re
import warnings
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Self

import pydantic
import pytest
from fastapi import FastAPI
from fastapi.exceptions import FastAPIError
from packaging.requirements import Requirement
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PostgresDsn,
    RootModel,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.errors import PydanticImportError, PydanticUserError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from snippets.validation import errors_settings as settings
from snippets.validation.errors_settings import ENVIRONMENT, tell

written: Any = Field
MOVED = "`BaseSettings` has been moved to the `pydantic-settings` package."

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the listing, and a directory without .env."""
    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():  # a patch of its own would end before monkeypatch
        monkeypatch.setenv(name, value)


def test_the_old_import_says_where_it_is_now_though_that_is_installed() -> None:
    assert importlib.import_module("pydantic_settings")
    with pytest.raises(PydanticImportError, match=f"^{re.escape(MOVED)} See http"):
        settings.unchanged()


def test_the_import_alone_leaves_a_name_that_is_ignored() -> None:
    assert settings.only_the_import() == "sqlite://"


def test_an_alias_is_read() -> None:
    assert settings.moved() == ENVIRONMENT["DB_URL"]


def test_a_value_that_is_given_by_name_goes_before_the_environment() -> None:
    class Aliased(BaseSettings):
        model_config = SettingsConfigDict(extra="ignore")
        url: str = Field(validation_alias="DB_URL")

    by_name: Any = {"url": "sqlite://"}
    assert Aliased(**by_name).url == ENVIRONMENT["DB_URL"]
    assert settings.Settings(**by_name).url == "sqlite://"


def test_the_name_itself_is_read_where_the_alias_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL", "sqlite://")
    assert settings.moved() == ENVIRONMENT["DB_URL"]
    monkeypatch.delenv("DB_URL")
    assert settings.moved() == "sqlite://"


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DB_URL")
    assert tell(settings.moved) == "Field required"


def test_another_key_in_the_file_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DB_URL=sqlite://\nSENTRY_DSN=x\n")
    monkeypatch.delenv("DB_URL")
    assert settings.moved() == "sqlite://"


def test_it_is_an_error_if_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_URL=sqlite://\nSENTRY_DSN=x\n")

    class Reading(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env")
        db_url: str

    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Reading()  # type: ignore[call-arg]


def test_an_inner_class_config_still_works_but_not_its_names(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TOKEN=x\n")

    class Reading(BaseSettings):
        token: str
        url: str = "sqlite://"

        class Config:
            env_file = ".env"
            fields: dict[str, Any] = {"url": {"env": "DB_URL"}}  # noqa: RUF012

    read = Reading()  # type: ignore[call-arg]
    assert (read.token, read.url) == ("x", "sqlite://")


def test_what_may_be_none_is_required() -> None:
    class Reading(BaseSettings):
        proxy: Optional[str]  # noqa: UP045

    with pytest.raises(ValidationError, match="Field required"):
        Reading()  # type: ignore[call-arg]


def test_an_address_is_no_string() -> None:
    class Reading(BaseSettings):
        db_url: PostgresDsn

    url = Reading().db_url  # type: ignore[call-arg]
    assert not isinstance(url, str)
    assert str(url) == ENVIRONMENT["DB_URL"]


def test_a_list_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reading(BaseSettings):
        hosts: list[str]

    monkeypatch.setenv("HOSTS", "a,b")
    with pytest.raises(SettingsError):
        Reading()  # type: ignore[call-arg]
    monkeypatch.setenv("HOSTS", '["a", "b"]')
    assert Reading().hosts == ["a", "b"]  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("pydantic", "ConstrainedStr"),
        ("pydantic", "Required"),
        ("pydantic", "NoneStr"),
        ("pydantic.error_wrappers", "ErrorWrapper"),
    ],
)
def test_other_names_are_gone(module: str, name: str) -> None:
    with pytest.raises(PydanticImportError, match=f"^`{module}:{name}` has been removed in V2."):
        getattr(importlib.import_module(module), name)


def root_validator() -> None:
    """A check of the whole."""

    class Order(BaseModel):
        number: str

        @pydantic.root_validator  # type: ignore[call-overload]
        def check(cls, values: Any) -> Any: ...  # noqa: N805


def validator() -> None:
    """A check that asks for the field."""

    class Order(BaseModel):
        number: str

        @pydantic.validator("number")  # type: ignore[type-var]
        def check(cls, value: Any, field: Any) -> Any: ...  # noqa: N805


def root() -> None:
    """A model that is a list."""
    type("Orders", (BaseModel,), {"__root__": [], "__annotations__": {"__root__": list[int]}})


def unannotated() -> None:
    """A default without a type."""
    type("Order", (BaseModel,), {"number": "A-1"})


def orm_mode() -> None:
    """A row of the name of version 1."""

    class Order(BaseModel):
        number: str

        class Config:
            orm_mode = True

    Order.from_orm(object())


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda: written("", regex="x"), "`regex` is removed. use `pattern` instead"),
        (lambda: written("", const=True), "`const` is removed, use `Literal` instead"),
        (
            root_validator,
            "If you use `@root_validator` with pre=False (the default) you MUST specify"
            " `skip_on_failure=True`.",
        ),
        (validator, "The `field` and `config` parameters are not available in Pydantic V2"),
        (
            orm_mode,
            "You must set the config attribute `from_attributes=True` to use from_orm",
        ),
        (
            root,
            "To define root models, use `pydantic.RootModel` rather than a field called '__root__'",
        ),
        (unannotated, "A non-annotated attribute was detected"),
    ],
)
def test_the_other_texts(write: Callable[[], Any], text: str) -> None:
    with pytest.raises(PydanticUserError, match=f"^{re.escape(text)}"):
        write()


def test_a_renamed_key_is_a_warning_and_has_no_effect() -> None:
    with pytest.warns(UserWarning, match="Valid config keys have changed in V2") as caught:
        type(
            "Order",
            (BaseModel,),
            {"model_config": ConfigDict(orm_mode=True, allow_mutation=False)},  # type: ignore[typeddict-unknown-key]
        )
    assert "'orm_mode' has been renamed to 'from_attributes'" in str(caught[0].message)
    assert "'allow_mutation' has been removed" in str(caught[0].message)


class Order(BaseModel):
    """As it is written now."""

    model_config = ConfigDict(from_attributes=True)
    number: Annotated[str, StringConstraints(max_length=3)] = Field(..., pattern="^A-")
    kind: Literal["new"] = "new"
    note: str = "soon"

    @field_validator("note")
    @classmethod
    def check(cls, note: str, info: ValidationInfo) -> str:
        """With the name of the field."""
        return f"{info.field_name}: {note}"

    @model_validator(mode="after")
    def check_the_whole(self) -> Self:
        """After its fields."""
        self.note = self.note.upper()
        return self


def test_what_to_write_instead() -> None:
    class Row:
        number, note = "A-1", "later"

    order = Order.model_validate(Row())
    assert (order.number, order.kind, order.note) == ("A-1", "new", "NOTE: LATER")
    for number in ("B-1", "A-12"):
        with pytest.raises(ValidationError):
            Order(number=number)
    assert RootModel[list[int]].model_validate([1]).root == [1]


def test_the_settings_of_version_1_are_still_there_but_models_are_not_for_fastapi() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        v1 = importlib.import_module("pydantic.v1")
    old = type("Reading", (v1.BaseSettings,), {"__annotations__": {"db_url": str}})
    assert old().db_url == ENVIRONMENT["DB_URL"]

    async def endpoint() -> None: ...

    endpoint.__annotations__["return"] = old
    with pytest.raises(FastAPIError, match=r"^pydantic\.v1 models are no longer supported"):
        FastAPI().get("/")(endpoint)


def test_fastapi_does_not_take_version_1() -> None:
    (needed,) = [
        requirement
        for requirement in map(Requirement, requires("fastapi") or ())
        if requirement.name == "pydantic"
    ]
    assert not needed.specifier.contains("1.10.24")


def test_reported_of_settings_that_are_imported_with_others() -> None:
    """pydantic/pydantic, issue 6777."""
    with pytest.raises(PydanticImportError, match=re.escape(MOVED)):
        exec("from pydantic import BaseSettings, SecretStr, StrictStr")
