"""A rule as the builder shows it: conditions that must all hold, each with its alternatives; and what clicks make of it."""

from __future__ import annotations

from quanyu.rule.tree import Apply, Node, conditions, flat

Groups = tuple[tuple[Node, ...], ...]
"""What must all hold; of the alternatives of each, one."""


def groups_of(tree: Node) -> Groups:
    """Return the conditions that must all hold, each as its alternatives.

    >>> from quanyu.rule import parse
    >>> [len(group) for group in groups_of(parse("city = a or city = b; frequency >= 2"))]
    [2, 1]
    """
    return tuple(
        condition.operands if isinstance(condition, Apply) and condition.operator == "or" else (condition,)
        for condition in conditions(flat(tree))
    )


def tree_of(groups: Groups) -> Node:
    """Return the rule of groups; those without an alternative are left out.

    >>> from quanyu.rule import parse, printed
    >>> printed(tree_of(groups_of(parse("(city = a or city = b) and frequency >= 2"))))
    '(city = a or city = b); frequency >= 2'
    """
    held = tuple(Apply("or", group) for group in groups if group)
    plain = flat(Apply("and", held))
    return plain if isinstance(plain, Apply) and plain.operator == "and" else Apply("and", (plain,))


def added(groups: Groups, condition: Node, *, is_alternative: bool = False) -> Groups:
    """Return groups with one more condition; as an alternative it stands beside those of the last group."""
    if is_alternative and groups:
        return (*groups[:-1], (*groups[-1], condition))
    return (*groups, (condition,))


def without(groups: Groups, place: int, alternative: int) -> Groups:
    """Return groups without one alternative.

    >>> from quanyu.rule import parse, printed
    >>> printed(tree_of(without(groups_of(parse("city = a or city = b")), 0, 0)))
    'city = b'
    """
    left = tuple(node for n, node in enumerate(groups[place]) if n != alternative)
    return (*groups[:place], *((left,) if left else ()), *groups[place + 1 :])


def turned(groups: Groups, place: int, alternative: int | None = None) -> Groups:
    """Return groups in which one alternative, or all of a group together, says the opposite.

    >>> from quanyu.rule import parse, printed
    >>> [printed(tree_of(turned(groups_of(parse("city = a or city = b")), 0, at))) for at in (None, 1)]
    ['not (city = a or city = b)', 'city = a or not city = b']
    """
    if alternative is None:
        group: tuple[Node, ...] = (opposite(Apply("or", groups[place])),)
    else:
        group = tuple(opposite(node) if n == alternative else node for n, node in enumerate(groups[place]))
    return (*groups[:place], group, *groups[place + 1 :])


def opposite(condition: Node) -> Node:
    """Return what says the opposite of a condition; of an opposite, the condition."""
    match condition:
        case Apply("not", (claim,)):
            return claim
    return Apply("not", (condition,))


__all__ = ["Groups", "added", "groups_of", "opposite", "tree_of", "turned", "without"]
