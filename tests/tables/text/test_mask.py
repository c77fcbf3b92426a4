from __future__ import annotations

import pytest

from quanyu.tables.text.mask import masked

PERSONAL = (
    "13812345678", "+8613812345678", "86 138 1234 5678", "138-1234-5678", "tel:13812345678", "电话１３８１２３４５６７８",
    "+44 20 7946 0958", "+1 (415) 555-2671", "415-555-2671", "07911 123456", "0571-88888888", "(0571) 8888 8888",
    "07911123456", "li.lei@example.com", "李雷＠example.com", "mailto:a@b.co", "x=bo@example.co.uk&y=1",
)  # fmt: skip
PLAIN = (
    "4100000000001832330", "2026-11-11 00:00:00", "2026/11/11", "06.07.2024 12:00",
    "#1001", "302-1234567-1234567", "CNY 13,812,345,678.00",
    "p3f2c0ffee13812345678", "1.234,56", "SKU-0001-22", "10.0.0.12", "1732060800000", "@brand 全域", "20:15:00", "6901234567892",
)  # fmt: skip


@pytest.mark.parametrize("seen", PERSONAL)
def test_contacts_are_masked_wherever_they_stand(seen: str) -> None:
    for around in ("{}", "请联系{}谢谢", "a ({}), b", '{{"phone": "{}"}}'):
        shown = masked(around.format(seen))
        assert "****" in shown
        assert seen not in shown
        assert "1234567" not in shown.replace("-", "").replace(" ", "")


@pytest.mark.parametrize("seen", PLAIN)
def test_figures_and_numbers_of_orders_stay(seen: str) -> None:
    assert masked(f"a {seen} b") == f"a {seen} b"
