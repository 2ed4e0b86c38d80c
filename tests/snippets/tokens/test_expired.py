"""`Signature has expired`, and when it should not have."""

import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from snippets.tokens import errors_expired
from tests.snippets.tokens.coding import decode, encode


@pytest.mark.parametrize(("zone", "minutes"), [("UTC0", 15), ("CET-1", 75)])
def test_a_naive_time_lives_too_long_east_of_utc(zone: str, minutes: int) -> None:
    with errors_expired.machine_in(zone):
        left = errors_expired.minutes_left(errors_expired.issue("7"))
    assert left == f"{minutes} min"


def test_and_is_over_west_of_it() -> None:
    with (
        errors_expired.machine_in("EST5"),
        pytest.raises(jwt.ExpiredSignatureError, match=r"^Signature has expired$"),
    ):
        errors_expired.read(errors_expired.issue("7"))


@pytest.mark.parametrize("zone", ["EST5", "UTC0", "CET-1"])
def test_an_aware_time_lives_as_long_everywhere(zone: str) -> None:
    with errors_expired.machine_in(zone):
        token = errors_expired.issue_utc("7")
        assert errors_expired.minutes_left(token) == "15 min"
        assert errors_expired.read_with_leeway(token)["sub"] == "7"


@pytest.mark.parametrize(
    ("zone", "left"), [("CET-1", "Signature has expired"), ("UTC0", "15 min"), ("EST5", "315 min")]
)
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_the_report_of_a_timestamp_of_utcnow(zone: str, left: str) -> None:
    with errors_expired.machine_in(zone):
        naive = datetime.utcnow() + timedelta(minutes=15)
        token = jwt.encode({"exp": naive.timestamp()}, errors_expired.KEY)
        said = errors_expired.minutes_left(token)
        aware = datetime.now(UTC) + timedelta(minutes=15)
        mended = jwt.encode({"exp": aware.timestamp()}, errors_expired.KEY)
        assert errors_expired.minutes_left(mended) == "15 min"
    assert said == left


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_naive_time_of_issue_has_not_come_east_of_utc(claim: str) -> None:
    with errors_expired.machine_in("CET-1"):
        token = encode(**{claim: datetime.now()})
        with pytest.raises(
            jwt.ImmatureSignatureError, match=rf"^The token is not yet valid \({claim}\)$"
        ):
            decode(token, leeway=errors_expired.CLOCK_SKEW)
        assert decode(encode(**{claim: datetime.now(UTC)}))


def test_of_a_day_west_of_utc_hours_are_missing() -> None:
    with errors_expired.machine_in("EST5"):
        token = jwt.encode({"exp": datetime.now() + timedelta(days=1)}, errors_expired.KEY)
        assert errors_expired.minutes_left(token) == f"{19 * 60} min"


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_utcnow_itself_is_read_as_it_is_meant() -> None:
    with errors_expired.machine_in("EST5"):
        naive = datetime.utcnow() + timedelta(minutes=15)
        token = jwt.encode({"exp": naive}, errors_expired.KEY)
        assert errors_expired.minutes_left(token) == "15 min"


def test_a_lifetime_is_no_time() -> None:
    with pytest.raises(jwt.ExpiredSignatureError, match=r"^Signature has expired$"):
        decode(encode(exp=900))


def test_milliseconds_never_expire() -> None:
    assert decode(encode(exp=(time.time() + 900) * 1000))["exp"] > time.time() + 10**9


def test_leeway_bridges_seconds_on_both_sides_and_no_zone() -> None:
    now = time.time()
    for claims in ({"exp": now - 5}, {"iat": now + 5}, {"nbf": now + 5}):
        with pytest.raises(jwt.InvalidTokenError):
            decode(encode(**claims))
        assert decode(encode(**claims), leeway=errors_expired.CLOCK_SKEW)
    with pytest.raises(jwt.ExpiredSignatureError):
        decode(encode(exp=now - 3600), leeway=errors_expired.CLOCK_SKEW)


def test_read_with_leeway_allows_the_skew_and_requires_an_end() -> None:
    late = jwt.encode({"exp": time.time() - 5}, errors_expired.KEY)
    assert errors_expired.read_with_leeway(late)
    with pytest.raises(jwt.ExpiredSignatureError):
        errors_expired.read(late)
    hour_late = jwt.encode({"exp": time.time() - 3600}, errors_expired.KEY)
    with pytest.raises(jwt.ExpiredSignatureError):
        errors_expired.read_with_leeway(hour_late)
    with pytest.raises(jwt.MissingRequiredClaimError):
        errors_expired.read_with_leeway(jwt.encode({}, errors_expired.KEY))


def test_the_clock_that_is_behind_says_not_yet() -> None:
    for claim in ("iat", "nbf"):
        with pytest.raises(
            jwt.ImmatureSignatureError, match=rf"^The token is not yet valid \({claim}\)$"
        ):
            decode(encode(**{claim: time.time() + 60}))


def test_it_is_an_invalid_token_and_no_decode_error() -> None:
    assert issubclass(jwt.ExpiredSignatureError, jwt.InvalidTokenError)
    assert not issubclass(jwt.ExpiredSignatureError, jwt.DecodeError)


def test_it_tells_its_end_without_being_verified() -> None:
    token = encode(exp=1)
    with pytest.raises(jwt.ExpiredSignatureError):
        decode(token)
    assert jwt.decode(token, options={"verify_signature": False}) == {"exp": 1}


@pytest.mark.filterwarnings("ignore::jwt.warnings.RemovedInPyjwt3Warning")
def test_the_report_of_a_leeway_by_another_name() -> None:
    token = encode(exp=datetime.now(UTC))
    with pytest.raises(jwt.ExpiredSignatureError, match=r"^Signature has expired$"):
        decode(token, leewayTime=120)
    assert decode(token, leeway=120)


def test_without_the_check_a_token_is_read_for_ever() -> None:
    assert decode(encode(exp=1), options={"verify_exp": False}) == {"exp": 1}


def test_a_token_that_lives_longer_than_the_zone_is_wide_ends_early() -> None:
    with errors_expired.machine_in("EST5"):
        token = jwt.encode({"exp": datetime.now() + timedelta(days=1)}, errors_expired.KEY)
        assert errors_expired.minutes_left(token) == f"{(24 - 5) * 60} min"
