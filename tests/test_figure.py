"""Numbers as people of each language write them."""

from __future__ import annotations

import pytest

from quanyu.figure import NOTHING, change, exact, figure, money, percent, short


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"), (999, "999", "999"), (9999, "9,999", "9,999"), (12_345, "1.23万", "12.35K"),
        (123_456_789, "1.23亿", "123.5M"), (-54_321, "-5.43万", "-54.32K"), (2_500_000_000, "25.00亿", "2.50B"),
    ],
)  # fmt: skip
def test_large_numbers(number: float, zh: str, en: str) -> None:
    assert (short(number, "zh"), short(number, "en")) == (zh, en)


def test_money() -> None:
    assert money(1234.56) == "¥1,234.56"
    assert money(-0.001) == "¥0.00"
    assert figure(12_345_678.9, "currency") == "¥1,235万"
    assert exact(12_345_678.9, "currency", "GBP") == "£12,345,678.90"


def test_nothing_is_a_dash() -> None:
    assert {
        money(None),
        short(None),
        percent(None),
        change(None),
        figure(None, "ratio"),
        exact(None, "count"),
    } == {NOTHING}


def test_changes_have_signs() -> None:
    assert (change(0.5), change(-0.123), change(0.0), change(25.0)) == (
        "+50.0%",
        "-12.3%",
        "0.0%",
        "+2,500%",
    )
