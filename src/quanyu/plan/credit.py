"""What channels are credited with, as the report tells it: two models side by side, cost, return, and a warning."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.tables.owned.measured import MODELS
from quanyu.tables.settings import AttributionSettings
from quanyu.tables.view.credit import CLAIMED, Credit, CreditBook, Disagreement, credit_book
from quanyu.tables.view.model_names import CREDIT
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Channel:
    """One channel: what the told model credits, what the last touch credits, and what the platform claims."""

    credit: Credit
    last: float | None
    claimed: float | None


@dataclass(frozen=True)
class Credited:
    """The channels, by credit; `differ` says how far the models that divide orders are apart."""

    model: str
    window_days: int
    rows: tuple[Channel, ...]
    n_orders: float
    attributed_share: float
    differ: Disagreement | None

    def name(self, model: str) -> str:
        """Return what a model is called in English, the key of its translation."""
        return CREDIT[model]


def credited(ws: Workspace) -> Credited | None:
    """Return the newest credits of channels; None where no order follows a known touch."""
    rows = ws.warehouse.table("credits")
    read = ws.warehouse.read(rows.filter(rows.level == "channel"))
    book = credit_book(read, "channel", f"{ws.settings.of(AttributionSettings).window_days}d", MODELS)
    model = next((name for name in CREDIT if name in book.fixed), "")
    if not model or not book.touched:
        return None
    listed = tuple(_channel(book, model, key) for key in book.keys)
    days = int(book.window.rstrip("d"))
    return Credited(model, days, listed, book.n_orders, book.attributed_share or 0.0, book.disagreement())


def _channel(book: CreditBook, model: str, key: str) -> Channel:
    return Channel(book.of(model, key), book.of("last", key).conversions, book.of(CLAIMED, key).conversions)
