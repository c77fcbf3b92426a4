"""Price claims about items that a content names, against what was really paid for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import ibis

from quanyu.act.channel import Content
from quanyu.act.compliance import Offer, check_price
from quanyu.act.content.check.finding import Finding, Spot
from quanyu.act.content.check.law import readings
from quanyu.text import Sentence
from quanyu.workspace import Workspace

ARTICLE = "明码标价和禁止价格欺诈规定"
_AMOUNT = r"\s*(?:价|为|是|only|[:：])?\s*(?:RMB|CNY|[¥￥£$€])?\s*(\d[\d,]*(?:\.\d{1,2})?)"
WAS = re.compile(
    rf"(?:原价|日常价|市场价|划线价|吊牌价|\bwas|\bRRP|regular(?: price)?){_AMOUNT}", re.IGNORECASE
)
NOW = re.compile(
    rf"(?:现价|到手价?|券后价?|特价|活动价|秒杀价?|折后价?|仅需|只要|今日|\bnow|\bonly|sale price){_AMOUNT}",
    re.IGNORECASE,
)
EVER = re.compile(
    r"(?:历史|史上|全网)(?:最|新)?低|史低|lowest (?:price )?ever|all[- ]time low", re.IGNORECASE
)
DAYS = re.compile(r"近?(\d{1,3})\s*天(?:内)?(?:最低|新低)|lowest (?:price )?in (\d{1,3}) days", re.IGNORECASE)
END = re.compile(r"[。！!\n]|(?<=\D)\.(?=\s|$)")
SHORTEST = 2
"""Letters of the names of items that are looked for."""


def of_prices(ws: Workspace, spot: Spot, made: Content) -> Iterator[Finding]:
    """Yield the claims about the price of items named in a sentence that their history does not bear out."""
    text = "\n".join(readings(made))
    if not any(pattern.search(text) for pattern in (WAS, EVER, DAYS)):
        return
    said = set[tuple[str, str]]()
    for item_id, name in _named(ws, text):
        for sentence in _sentences(text, name):
            for offer in _offers(ws, sentence):
                for refusal in check_price(ws, item_id, offer):
                    if (name, str(refusal.why)) not in said:
                        said.add((name, str(refusal.why)))
                        hint = (
                            Sentence(
                                "At most {allowed} may be shown for {item}.",
                                allowed=refusal.allowed,
                                item=name,
                            )
                            if refusal.allowed
                            else ""
                        )
                        article = f"{ARTICLE} {refusal.article}"
                        yield spot.finding(
                            "price_history", "blocked", refusal.why, hint, found=name, article=article
                        )


def _named(ws: Workspace, text: str) -> list[tuple[str, str]]:
    """Return the items whose names stand in a text."""
    items = ws.warehouse.table("items")
    is_named = (items.name.length() >= SHORTEST) & ibis.literal(text).contains(items.name)
    rows = ws.warehouse.read(items.filter(is_named).select("item_id", "name").order_by("item_id").limit(100))
    return [(row["item_id"], row["name"]) for row in rows.to_pylist()]


def _sentences(text: str, name: str) -> Iterator[str]:
    """Yield the sentences that hold a name, with the one after each: the price often follows the name."""
    parts = [part for part in END.split(text) if part and part.strip()]
    for place, part in enumerate(parts):
        if name in part:
            has_price = WAS.search(part) or EVER.search(part) or DAYS.search(part)
            yield part if has_price else " ".join(parts[place : place + 2])


def _offers(ws: Workspace, sentence: str) -> Iterator[Offer]:
    """Yield what a sentence claims of a price."""
    was, now = WAS.search(sentence), NOW.search(sentence)
    today = ws.today()
    shown = _amount(now[1]) if now else None
    if was:
        yield Offer(today, shown if shown is not None else _amount(was[1]), was=_amount(was[1]))
    if shown is not None and EVER.search(sentence):
        yield Offer(today, shown, claim="lowest_ever")
    if shown is not None and (days := DAYS.search(sentence)):
        yield Offer(today, shown, claim="lowest_in_days", days=int(days[1] or days[2]))


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
