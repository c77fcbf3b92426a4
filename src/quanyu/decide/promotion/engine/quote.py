"""A quote: what a basket costs under a set of rules, what every promotion did to every line, and why others did nothing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from quanyu.decide.promotion.basket import Basket, Limit, Line
from quanyu.decide.promotion.document import Gift
from quanyu.decide.promotion.engine.allocation import spread
from quanyu.decide.promotion.engine.choose import Asked, Chosen, choose
from quanyu.decide.promotion.engine.rule_set import TENDER, Rule, RuleSet, item_key
from quanyu.decide.promotion.engine.search import Way
from quanyu.decide.promotion.engine.state import Cut, Goods, Miss
from quanyu.decide.promotion.money import half_up


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What became of one promotion: it is applied (`why` is "applied") or not, by a word of `WORDS`.

    `off` is what it took off goods and freight in 分, `base` what it was counted from, `missing` what it lacks to be reached, in 分
    or units, `by` the promotion that stands in its way.
    """

    promotion: str
    why: str
    off: int = 0
    base: int = 0
    missing: int = 0
    by: str = ""


class Piece(msgspec.Struct, frozen=True, gc=False):
    """Units of a line of one price: from `start` to before `stop` of the `n` of a slot, and the slot's shares."""

    listed: int
    n: int
    start: int
    stop: int
    shares: tuple[tuple[str, int], ...]


class LineQuote(msgspec.Struct, frozen=True, gc=False):
    """A line: its list amount, what is paid for it and the tax in that, and the share of every promotion, in 分."""

    line_id: str
    shop: str
    listed: int
    pay: int
    tax: int
    shares: dict[str, int]
    pieces: tuple[Piece, ...]

    @property
    def units(self) -> list[int]:
        """What is paid for each unit: together what is paid for the line."""
        return [
            piece.listed - spread(sum(share for _, share in piece.shares), piece.n, unit, unit + 1)
            for piece in self.pieces
            for unit in range(piece.start, piece.stop)
        ]


class Quote(msgspec.Struct, frozen=True):
    """What a basket costs, in 分: goods and freight after promotions, tenders (kind, amount, points), and what is left to pay.

    `gifts` are those that were earned, by promotion, each with whether there are any left to give.
    """

    goods: int
    freight: int
    tenders: tuple[tuple[str, int, int], ...]
    due: int
    lines: tuple[LineQuote, ...]
    gifts: tuple[tuple[str, Gift, bool], ...]
    trace: tuple[Verdict, ...]

    @property
    def total(self) -> int:
        """Goods and freight."""
        return self.goods + self.freight

    @property
    def off(self) -> dict[str, int]:
        """What every promotion took off that is applied."""
        return {one.promotion: one.off for one in self.trace if one.why == "applied"}

    @property
    def by_shop(self) -> dict[str, int]:
        """What each shop is paid for its lines."""
        paid: dict[str, int] = {}
        for line in self.lines:
            paid[line.shop] = paid.get(line.shop, 0) + line.pay
        return paid


def quote(rules: RuleSet, basket: Basket, limits: Mapping[str, Limit] | None = None) -> Quote:
    """Return what a basket costs; pure: the same rules, basket and limits give the same quote, whatever the order of lines.

    `limits` is what is left of promotions, by their names; what is not named is without end.
    """
    verdicts: dict[int, Verdict] = {}
    asked = _asked(rules, basket, limits or {}, verdicts)
    chosen = choose(rules, asked)
    shares = _shares(rules, chosen, verdicts)
    state = chosen.state
    goods = sum(state.amount)
    tenders = _tenders(asked, goods + state.freight, goods, verdicts)
    gifts = tuple(
        (rule.name, rule.promotion.gift, rule.promotion.gift.item_id not in basket.sold_out)
        for rule in asked.rules
        if rule.promotion.gift is not None and chosen.chosen & rule.bit
    )
    return Quote(
        goods=goods,
        freight=state.freight,
        tenders=tenders,
        due=goods + state.freight - sum([amount for _, amount, _ in tenders]),
        lines=_lines(basket, asked.goods, chosen, shares),
        gifts=gifts,
        trace=tuple([verdicts[n] for n in range(len(rules.rules))]),
    )


def _asked(
    rules: RuleSet, basket: Basket, limits: Mapping[str, Limit], verdicts: dict[int, Verdict]
) -> Asked:
    """Return what is to be counted; rules that cannot apply get their verdicts."""
    goods, met = _goods(rules, basket)
    record = rules.record(basket)
    at = basket.at.timestamp()
    asked: list[Rule] = []
    left: dict[int, Limit] = {}
    for rule in rules.rules:
        limit = limits.get(rule.name) if limits else None
        if at < rule.starts or at >= rule.ends:
            why = "early" if at < rule.starts else "late"
        elif rule.code and rule.code not in basket.codes:
            why = "code"
        elif rule.holds is not None and rule.holds(record) is not True:
            why = "person"
        elif not met[rule.parts[0]] and rule.level < TENDER:
            why = "items"
        elif limit is not None and (limit.uses == 0 or limit.budget == 0):
            why = "uses" if limit.uses == 0 else "budget"
        else:
            asked.append(rule)
            if limit is not None:
                left[rule.index] = limit
            continue
        verdicts[rule.index] = Verdict(rule.name, why)
    return Asked(goods, met, asked, left, basket)


def _goods(rules: RuleSet, basket: Basket) -> tuple[list[Goods], list[list[int]]]:
    """Return equal lines as one, in an order of their own, and for each condition which goods meet it."""
    keyed = [(item_key(line), line.line_id, line) for line in basket.lines]
    keyed.sort()
    met: list[list[int]] = [[] for _ in range(rules.n_claims)]
    goods: list[Goods] = []
    last, known = None, rules.met
    for key, _, line in keyed:
        if key == last:
            goods[-1].lines.append(line)
            goods[-1].n += line.n_items
            continue
        last = key
        for claim in known.get(key) or rules.meet(key, line):
            met[claim].append(len(goods))
        goods.append(Goods(line, line.n_items, [line]))
    return goods, met


def _shares(rules: RuleSet, chosen: Chosen, verdicts: dict[int, Verdict]) -> list[list[tuple[str, int]]]:
    """Return what every promotion took off every slot; each rule that was asked gets its verdict."""
    shares: list[list[tuple[str, int]]] = [[] for _ in chosen.slots.of]
    for index, by_slot in chosen.prices.items():
        name = rules.rules[index].name
        for slot, share in by_slot.items():
            shares[slot].append((name, share))
        base = sum([chosen.slots.listed[slot] for slot in by_slot])
        verdicts[index] = Verdict(name, "applied", sum(by_slot.values()), base)
    for way in chosen.ways:
        for rule, cut in _steps(way):
            name = rule.name
            if isinstance(cut, Miss):
                verdicts[rule.index] = Verdict(name, cut.why, missing=cut.missing)
                continue
            for slot, share in zip(cut.slots, cut.shares, strict=True):
                if share:
                    shares[slot].append((name, share))
            verdicts[rule.index] = Verdict(name, "applied", sum(cut.shares) + cut.freight, cut.base)
    for rule in rules.rules:
        if rule.index not in verdicts:
            verdicts[rule.index] = _passed_over(rules, rule, chosen)
    return shares


def _steps(way: Way) -> list[tuple[Rule, Cut | Miss]]:
    steps = []
    while way is not None:
        rule, cut, way = way
        steps.append((rule, cut))
    return steps[::-1]


def _passed_over(rules: RuleSet, rule: Rule, chosen: Chosen) -> Verdict:
    """Say why a rule that could be applied is not in the best set."""
    name = rule.name
    if rule.index in chosen.over_budget:
        return Verdict(name, "budget")
    by = next((other.name for other in rules.rules if other.bit & rule.clash & chosen.chosen), "")
    if by:
        return Verdict(name, "excluded", by=by)
    return Verdict(name, "dearer" if rule.level == 0 else "worse")


def _tenders(
    asked: Asked, due: int, goods: int, verdicts: dict[int, Verdict]
) -> tuple[tuple[str, int, int], ...]:
    """Return what is paid with beside cash: points by their rules, then tenders in order; they change no threshold."""
    paid: list[tuple[str, int, int]] = []
    points = asked.basket.points
    for rule in asked.rules:
        given = rule.promotion.points
        if given is None:
            continue
        steps = min(points // given.per, given.most.of(goods) // given.amount, due // given.amount)
        name = rule.name
        verdicts[rule.index] = Verdict(name, "applied" if steps else "nothing", base=goods)
        if steps:
            paid.append((name, steps * given.amount, steps * given.per))
            due -= steps * given.amount
            points -= steps * given.per
    for tender in asked.basket.tenders:
        amount = min(int(tender.amount), due)
        paid.append((tender.kind, amount, 0))
        due -= amount
    return tuple(paid)


def _lines(
    basket: Basket, goods: list[Goods], chosen: Chosen, shares: list[list[tuple[str, int]]]
) -> tuple[LineQuote, ...]:
    """Return the lines in the order of the basket, each with its units of the slots of its goods."""
    slots = chosen.slots
    by_goods: list[list[int]] = [[] for _ in goods]
    for slot, of in enumerate(slots.of):
        by_goods[of].append(slot)
    told: dict[str, LineQuote] = {}
    for of, what in enumerate(goods):
        if len(what.lines) == 1 and len(by_goods[of]) == 1:
            slot, line = by_goods[of][0], what.line
            piece = Piece(int(line.price), what.n, 0, what.n, tuple(shares[slot]))
            pay = chosen.state.amount[slot]
            tax = pay - half_up(100 * pay, 100 + line.tax_rate) if line.tax_rate else 0
            told[line.line_id] = LineQuote(
                line.line_id,
                line.shop,
                slots.listed[slot],
                pay,
                tax,
                shares=dict(shares[slot]),
                pieces=(piece,),
            )
            continue
        first = 0
        for line in what.lines:
            told[line.line_id] = _line(line, first, [(slot, shares[slot]) for slot in by_goods[of]], chosen)
            first += line.n_items
    return tuple([told[line.line_id] for line in basket.lines])


def _line(line: Line, first: int, held: list[tuple[int, list[tuple[str, int]]]], chosen: Chosen) -> LineQuote:
    """Return a line that shares slots with others, or is cut into some: it has its units, from `first` on, of each."""
    slots = chosen.slots
    pieces: list[Piece] = []
    total: dict[str, int] = {}
    for slot, shares in held:
        begin, n = slots.start[slot], slots.n[slot]
        start, stop = max(first - begin, 0), min(first + line.n_items - begin, n)
        if start >= stop:
            continue
        pieces.append(Piece(int(line.price), n, start, stop, tuple(shares)))
        before = 0
        for name, share in shares:
            # One promotion's odd 分 are on the units after those of the promotion before: no unit falls below zero.
            part = spread(before + share, n, start, stop) - spread(before, n, start, stop)
            total[name] = total.get(name, 0) + part
            before += share
    listed = line.price * line.n_items
    pay = listed - sum(total.values())
    tax = pay - half_up(100 * pay, 100 + line.tax_rate) if line.tax_rate else 0
    return LineQuote(line.line_id, line.shop, listed, pay, tax, shares=total, pieces=tuple(pieces))


__all__ = ["LineQuote", "Quote", "Verdict", "quote"]
