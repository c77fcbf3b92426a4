"""Money as the engine counts it: whole 分; shares in ten-thousandths. Nothing here is a float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_FEN = 10**13
WHOLE = 10_000
"""A whole, in the ten-thousandths in which rates are counted."""
ZHE = re.compile(r"(\d{1,2}(?:\.\d)?)\s*折")
"""8折 and 85折 are what is left to pay: 80 % and 85 %."""


class Fen(int):
    """An amount of money in 分, the hundredth part of the currency."""


class Off:
    """What is taken off: an amount in 分, or a rate in ten-thousandths of what it is taken from.

    A dataclass would be read as a mapping of its fields; this is read from what an author writes (see `off`).
    """

    __slots__ = ("amount", "rate")

    def __init__(self, amount: int = 0, rate: int = 0) -> None:
        self.amount = amount
        self.rate = rate

    def __repr__(self) -> str:
        return f"Off(amount={int(self.amount)}, rate={self.rate})"

    def of(self, total: int) -> int:
        """Return what is taken off a total, never more than it; half a 分 is rounded up.

        >>> Off(rate=2500).of(1999), Off(amount=3000).of(1999)
        (500, 1999)
        """
        return half_up(total * self.rate, WHOLE) if self.rate else min(self.amount, total)


def half_up(above: int, below: int) -> int:
    """Return the whole number nearest to a fraction that is not negative, the upper one of two equally near.

    >>> half_up(5, 2), half_up(7, 3)
    (3, 2)
    """
    return (2 * above + below) // (2 * below)


def fen(written: object) -> Fen:
    """Return an amount as it is written (a number, or a text) in 分; raise `ValueError` for parts of a 分 and what is no amount.

    >>> fen("33.33"), fen(8), fen(0.1)
    (3333, 800, 10)
    """
    amount = _number(written) * 100
    if amount != amount.to_integral_value() or not 0 <= amount <= MOST_FEN:
        raise ValueError(f"{written!r} is no amount of money: write such as 12.50")
    return Fen(amount)


def off(written: object) -> Off:
    """Return what is taken off: `20%`, `8折` (which leaves 80 %), or an amount; raise `ValueError` for what is none of them.

    >>> off("20%"), off("8折"), off("85折"), off(30)
    (Off(amount=0, rate=2000), Off(amount=0, rate=2000), Off(amount=0, rate=1500), Off(amount=3000, rate=0))
    """
    text = str(written).strip()
    left = ZHE.fullmatch(text)
    if left:
        number = Decimal(left[1])
        rate = WHOLE - number * (WHOLE // 10 if number < 10 else WHOLE // 100)
    elif text.endswith("%"):
        rate = _number(text[:-1]) * (WHOLE // 100)
    else:
        return Off(amount=fen(written))
    if rate != rate.to_integral_value() or not 0 < rate <= WHOLE:
        raise ValueError(f"{written!r} is no discount: write such as 20%, 8折 or 30.00")
    return Off(rate=int(rate))


def yuan(amount: int) -> Decimal:
    """Return 分 as an amount of money.

    >>> yuan(16230)
    Decimal('162.30')
    """
    return Decimal(amount).scaleb(-2).quantize(Decimal("0.01"))


def _number(written: object) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, int | float | str | Decimal):
        raise ValueError(f"{written!r} is no number")
    try:
        number = Decimal(str(written).strip())
    except InvalidOperation:
        raise ValueError(f"{written!r} is no number") from None
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise ValueError(f"{written!r} is no number")
    return number


def read_as(kind: type, written: object) -> Any:
    """Return what is written as `Fen` or `Off`: how documents and baskets read the types that are not JSON's own."""
    return {Fen: fen, Off: off}[kind](written)


__all__ = ["WHOLE", "Fen", "Off", "fen", "half_up", "off", "read_as", "yuan"]
