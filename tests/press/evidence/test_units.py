"""A number with its unit, as readers see it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press.evidence.units import (
    Scale,
    common_scale,
    format_number,
    format_range,
    format_value,
    scale_for,
)


@pytest.mark.parametrize(
    ("value", "unit", "digits", "shown"),
    [
        (2198, "req/s", None, "2,198 req/s"),
        (2198, "req/s", 4, "2,198 req/s"),
        (2198.4, "req/s", 2, "2,200 req/s"),
        (4.2, "×", 2, "4.2×"),
        (4, "×", 2, "4.0×"),
        (41, "%", 2, "41%"),
        (165, "buffers", None, "165 buffers"),
        (12345, "buffers", None, "12,345 buffers"),
        (512.3, "req/s", None, "512 req/s"),
        (51.23, "req/s", None, "51.2 req/s"),
        (51, "req/s", None, "51 req/s"),
        (0.0009, "s", 1, "0.9 ms"),
        (0.00009, "s", 1, "90 µs"),
        (0.5, "s", 2, "500 ms"),
        (0.0042, "s", 2, "4.2 ms"),
        (0.9996, "s", 3, "1.00 s"),
        (0.99949, "s", 3, "999 ms"),
        (2300, "ms", 2, "2.3 s"),
        (0.5, "µs", 2, "0.50 µs"),
        (3e-10, "s", 2, "0.30 ns"),
        (0, "s", None, "0 s"),
        (123_456_789, "B", 3, "123 MB"),
        (999.9, "B", 3, "1.00 kB"),
        (7, "", None, "7"),
        (-3.25, "ms", 2, "−3.2 ms"),
    ],
)
def test_a_value_is_shown_in_the_prefix_and_with_the_digits_that_suit_it(
    value: float, unit: str, digits: int | None, shown: str
) -> None:
    assert format_value(value, unit, digits).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(
    ("low", "high", "unit", "digits", "shown"),
    [
        (2100, 2210, "req/s", None, "2,100 to 2,210 req/s"),
        (4.1, 4.4, "×", 2, "4.1× to 4.4×"),
        (0.0009, 0.0121, "s", 2, "0.90 to 12 ms"),
        (3, 7, "", None, "3 to 7"),
    ],
)
def test_a_range_names_its_unit_once_unless_it_is_a_sign(
    low: float, high: float, unit: str, digits: int | None, shown: str
) -> None:
    found = format_range(low, high, unit, lambda _: digits)

    assert found.replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_unit_never_stands_on_a_line_of_its_own() -> None:
    assert format_value(165, "buffers") == "165\N{NO-BREAK SPACE}buffers"


def test_zero_has_no_sign() -> None:
    assert format_number(-0.0) == "0"


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_shown_number_is_within_a_half_percent_of_the_number(value: float) -> None:
    assert float(format_number(value).replace(",", "")) == pytest.approx(value, rel=5.1e-3)


def test_a_group_of_times_is_shown_in_the_unit_of_its_largest() -> None:
    assert scale_for([0.0002, 0.041], "s") == Scale("ms", 1000.0)


def test_a_group_of_many_magnitudes_is_shown_in_the_unit_of_its_middle() -> None:
    assert common_scale([2.35, 0.00128, 0.0], "s") == Scale("ms", 1000.0)


@pytest.mark.parametrize("unit", ["req/s", "s"])
def test_a_group_of_zeros_keeps_its_unit(unit: str) -> None:
    assert common_scale([0.0, 0.0], unit) == scale_for([0.0], unit) == Scale(unit, 1.0)
