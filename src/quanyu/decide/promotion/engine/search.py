"""The best set: of all promotions that may stand together those after which the customer has least to pay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from quanyu.decide.promotion.basket import Limit
from quanyu.decide.promotion.document import GROUP, Policy
from quanyu.decide.promotion.engine.allocation import allocate, within
from quanyu.decide.promotion.engine.rule_set import Rule
from quanyu.decide.promotion.engine.state import Cut, Miss, Slots, State, after

Way: TypeAlias = "tuple[Rule, Cut | Miss, Way] | None"
"""What became of each rule that was asked, the last first; rules that were passed over are not in it."""


class Search:
    """What does not change while sets of promotions are tried: the slots, which of them each condition is met by, and limits."""

    def __init__(
        self, slots: Slots, found: Sequence[list[int]], limits: dict[int, Limit], policy: Policy, sold_out: tuple[str, ...]
    ) -> None:  # fmt: skip
        self.slots = slots
        self.found = found
        self.limits = limits
        self.policy = policy
        self.sold_out = sold_out
        self.is_floored = any(slots.floor)

    def best(self, rules: Sequence[Rule], state: State, chosen: int) -> tuple[State, int, Way]:
        """Return the state after the best of all sets of some rules that go with those chosen, with the chosen and the way.

        Rules of other lines that exclude none of the rest are chosen by themselves.
        """
        way: Way = None
        for part in self._parts(rules) if len(rules) > 1 else (rules,):
            if len(part) > 1:
                is_one = all(rule.clash & other.bit for rule in part for other in part if other is not rule)
                search = self._one_of if is_one else self._searched
                state, chosen, way = search(part, state, chosen, way)
                continue
            rule = part[0]
            if rule.clash & chosen:
                continue
            cut = self.cut(rule, state)
            way = (rule, cut, way)
            if isinstance(cut, Cut):
                state, chosen = after(state, cut), chosen | rule.bit
        return state, chosen, way

    def _parts(self, rules: Sequence[Rule]) -> Sequence[Sequence[Rule]]:
        """Return rules in parts that have nothing to do with each other, each in their order."""
        if self.policy.min_pay:
            return (rules,)
        parts: list[tuple[int, set[int], list[Rule]]] = []
        for rule in rules:
            bits, slots, held = rule.bit, self.slots_of(rule), [rule]
            apart = []
            for part in parts:
                if part[0] & rule.clash or not slots.isdisjoint(part[1]):
                    bits, slots, held = bits | part[0], slots | part[1], part[2] + held
                else:
                    apart.append(part)
            parts = [*apart, (bits, slots, held)]
        return [sorted(held, key=_index) if len(held) > 2 else held for _, _, held in parts]

    def slots_of(self, rule: Rule) -> set[int]:
        """Return the slots that a rule looks at."""
        if len(rule.parts) == 1:
            return set(self.found[rule.parts[0]])
        return {slot for part in rule.parts for slot in self.found[part]}

    def _one_of(self, rules: Sequence[Rule], state: State, chosen: int, way: Way) -> tuple[State, int, Way]:
        """Return the best of rules of which each excludes all others: the one that takes most, the first of equal ones."""
        best: tuple[int, Rule, Cut] | None = None
        for rule in rules:
            if rule.clash & chosen:
                continue
            cut = self.cut(rule, state)
            if isinstance(cut, Miss):
                way = (rule, cut, way)
                continue
            taken = sum(cut.shares) + cut.freight + cut.worth
            if best is None or taken > best[0]:
                best = taken, rule, cut
        if best is None:
            return state, chosen, way
        return after(state, best[2]), chosen | best[1].bit, (best[1], best[2], way)

    def _searched(
        self, rules: Sequence[Rule], state: State, chosen: int, before: Way
    ) -> tuple[State, int, Way]:
        """Return the best of all sets: those that cannot end lower than the best so far are not followed."""
        if rules[0].level < GROUP:
            # What is settled here is so when the last of these that form groups was tried; other parts have other slots.
            state = State(state.amount, state.free, state.freight, state.cost)
        bounds = [0] * (len(rules) + 1)
        for n in range(len(rules) - 1, -1, -1):
            bounds[n] = bounds[n + 1] + self.most(rules[n], state)
        best: tuple[State, int, Way] | None = None
        # Whoever comes first of equally good ones has the earliest rules: with a rule is tried before without it.
        stack: list[tuple[int, State, int, Way]] = [(0, state, chosen, before)]
        while stack:
            n, here, taken, way = stack.pop()
            while n < len(rules):
                if best is not None and here.cost - bounds[n] >= best[0].cost:
                    break
                rule = rules[n]
                n += 1
                if here.settled is None and rule.level >= GROUP:
                    here = State(here.amount, here.free, here.freight, here.cost, here.amount)
                if rule.clash & taken:
                    continue
                cut = self.cut(rule, here)
                if isinstance(cut, Miss):
                    way = (rule, cut, way)
                    continue
                stack.append((n, here, taken, way))
                here, taken, way = after(here, cut), taken | rule.bit, (rule, cut, way)
            else:
                if best is None or here.cost < best[0].cost:
                    best = here, taken, way
        assert best is not None
        return best

    def cut(self, rule: Rule, state: State) -> Cut | Miss:
        """Return what a rule does in a state, within floors and budgets."""
        cut = self._whole(rule, state)
        if isinstance(cut, Miss) or not cut.shares:
            return cut
        if self.is_floored or not rule.is_within:
            self._hold(rule, cut, state)
        total = sum(cut.shares)
        if self.policy.min_pay and total > (most := sum(state.amount) - self.policy.min_pay):
            total = max(most, 0)
            cut.shares = allocate(total, cut.shares)
        limit = self.limits.get(rule.index) if self.limits else None
        if limit is not None and limit.budget is not None and total > limit.budget:
            if rule.promotion.over_budget == "reject" or not limit.budget:
                return Miss("budget", total - limit.budget)
            total = limit.budget
            cut.shares = allocate(total, cut.shares)
        if total:
            return cut
        is_floored = self.is_floored and any(
            self.slots.floor[slot] and state.amount[slot] for slot in cut.slots
        )
        return Miss("floor" if is_floored else "nothing")

    def most(self, rule: Rule, state: State) -> int:
        """Return what a rule saves at most, from this state or any after it."""
        if rule.is_boundless:
            return sum([self.slots.unit[slot] * state.free[slot] for slot in self.slots_of(rule)])
        cut = self._whole(rule, state)
        if isinstance(cut, Miss):
            return 0
        # Halves of units that move from slot to slot may be rounded up once more each.
        return sum(cut.shares) + cut.freight + cut.worth + (len(cut.shares) if rule.grouping else 0)

    def _whole(self, rule: Rule, state: State) -> Cut | Miss:
        """Return what a rule would do if there were no floor and no budget."""
        slots = self.found[rule.parts[0]]
        if rule.grouping is not None:
            return rule.grouping([self.found[part] for part in rule.parts], self.slots.unit, state.free)
        weights, n, used = self._base(rule, slots, state)
        if rule.shares is not None:
            shares = rule.shares(weights, n)
            if isinstance(shares, Miss):
                return shares
            return Cut(slots, shares, used, base=sum(weights))
        total = sum(weights)
        gift, freight = rule.gift, rule.freight
        least = gift.amount if gift else freight.amount if freight else 0
        if total < least:
            return Miss("short", least - total)
        if gift:
            return Cut([], [], worth=0 if gift.item_id in self.sold_out else gift.value * gift.n, base=total)
        off = freight.off.of(state.freight) if freight else 0
        return Cut([], [], freight=off, base=total) if off else Miss("nothing")

    def _base(
        self, rule: Rule, slots: list[int], state: State
    ) -> tuple[list[int], int, dict[int, int] | None]:
        """Return the amounts that a threshold looks at, how many units they are, and those used up."""
        if rule.level < GROUP:
            free, unit = state.free, self.slots.unit
            used = {slot: free[slot] for slot in slots if free[slot]}
            return [unit[slot] * free[slot] for slot in slots], sum(used.values()), used
        of = self.slots.listed if rule.base == "list" else state.amount
        if rule.base == "parallel" and state.settled is not None:
            of = state.settled
        n = sum([self.slots.n[slot] for slot in slots]) if rule.counts_units else 0
        return [of[slot] for slot in slots], n, None

    def _hold(self, rule: Rule, cut: Cut, state: State) -> None:
        """Cut shares to what is left above the floors; refuse them all where the policy says so."""
        floor = self.slots.floor
        rooms = [max(state.amount[slot] - floor[slot], 0) for slot in cut.slots]
        if all(share <= room for share, room in zip(cut.shares, rooms, strict=True)):
            return
        if self.policy.below_floor == "reject" and any(floor[slot] for slot in cut.slots):
            cut.shares = [0] * len(rooms)
            return
        is_passed_on = rule.promotion.overflow == "redistribute"
        cut.shares = within(cut.shares, rooms, cut.shares, is_passed_on=is_passed_on)


def _index(rule: Rule) -> int:
    return rule.index


__all__ = ["Search", "Way"]
