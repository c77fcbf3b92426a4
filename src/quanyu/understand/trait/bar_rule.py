"""Who is behind a bar, as a rule: the people with one value, or one range of values, of a trait."""

from __future__ import annotations

from quanyu.errors import RuleError
from quanyu.rule import printed
from quanyu.rule.tree import Apply, Literal, Name
from quanyu.understand.trait.profile import Bar


def bar_rule(trait: str, bar: Bar, outer: tuple[bool, bool] = (False, False)) -> str:
    """Return the rule that finds the people whose trait lies in a bar; empty where no rule as text does.

    `outer` says whether the bar is the first or the last: those take everything below or above them.

    >>> bar_rule("n_orders", Bar("2–4", 7, 2.0, 4.0), (False, True)), bar_rule("sex", Bar("female", 3))
    ('n_orders >= 2.0', 'sex = female')
    """
    if bar.low is None or bar.high is None:
        conditions = [Apply("=", (Name(trait), Literal(bar.label)))]
    else:
        low, high = str("-inf" if outer[0] else bar.low), str("inf" if outer[1] else bar.high)
        ends = [Apply(">=", (Name(trait), Literal(low))), Apply("<", (Name(trait), Literal(high)))]
        conditions = [ends[0]] if outer[1] else [ends[1]] if outer[0] else ends
    try:
        return printed(Apply("and", tuple(conditions)))
    except RuleError:
        return ""
