"""Settings: refused at the start with a text that holds no secret, and all of them are used."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from snippets.backend import settings
from snippets.backend.settings import ConfigurationError, Settings, load

GOOD = {
    "DATABASE_URL": "postgresql://shop:hunter2@db/shop",
    "REDIS_URL": "redis://:hunter2@cache/0",
    "SECRET_KEY": "hunter2" * 5,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("POOL_SIZE", "7")
    loaded = load()
    assert loaded.pool_size == 7
    assert loaded.direct.get_secret_value() == GOOD["DATABASE_URL"]
    assert "hunter2" not in repr(loaded)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://shop:hunter2@db/shop", "DATABASE_URL: Value error, should be p"),
        ("DATABASE_URL", "hunter2", "DATABASE_URL: Value error, should be postgresql://"),
        ("DATABASE_URL", "postgresql://shop:hunter2@db:x/shop", "DATABASE_URL"),
        (
            "DATABASE_URL",
            "postgresql://db/shop?hunter2=1",
            "DATABASE_URL: Value error, should be p",
        ),
        ("REDIS_URL", "redis://hunter2:hunter2/0", "REDIS_URL: Value error, should be redis://"),
        ("REDIS_URL", "redis://cache/0?hunter2=1", "REDIS_URL: Value error, should be redis://"),
        ("DIRECT_URL", "sqlite://hunter2", "DIRECT_URL: Value error, should be postgresql://"),
        ("REDIS_URL", "http://hunter2", "REDIS_URL: Value error, should be redis://"),
        ("SECRET_KEY", "hunter2", "SECRET_KEY: Value should have at least 32 items"),
        ("METRICS_TOKEN", "hunter2", "METRICS_TOKEN: Value should have at least 16 items"),
        ("POOL_SIZE", "hunter2", "POOL_SIZE: Input should be a valid integer"),
        ("POOL_SIZE", "0", "POOL_SIZE: Input should be greater than or equal to 1"),
        ("ATTEMPTS_BY_NETWORK", "hunter2", "ATTEMPTS_BY_NETWORK: String should match"),
        ("STATEMENT_S", "2.5", "LOCK_S < STATEMENT_S < ANSWER_S < TRANSACTION_S does not hold"),
        ("LOCK_S", "nan", "LOCK_S: Input should be"),
        ("REQUEST_S", "5.4", "take 5.4 s, and REQUEST_S is 5.4 s"),
        ("POOLER", "true", "POOLER needs DIRECT_URL"),
    ],
)
def test_what_is_wrong_is_said_and_no_value(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        load()
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_is_missing_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SECRET_KEY")
    with pytest.raises(ConfigurationError, match="SECRET_KEY: Field required"):
        load()


def test_a_pooler_with_a_way_past_it_is_fine(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("POOLER", "true")
    environment.setenv("DIRECT_URL", "postgresql://past")
    assert load().direct.get_secret_value() == "postgresql://past"


def test_settings_cannot_be_changed(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().pool_size = 1


def test_every_setting_is_read() -> None:
    package = Path(settings.__file__).parent
    text = "".join(
        path.read_text() for path in package.rglob("*.py") if "experiments" not in path.parts
    )
    for name in Settings.model_fields:
        assert re.search(rf"\.{name}\b", text), name
