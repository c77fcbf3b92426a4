"""Who goes into which arm: a keyed hash of experiment and person, the same in every engine and in Python."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

import ibis
import ibis.expr.types as ir

from quanyu.errors import MethodError
from quanyu.tables.draw import DIGITS, cut, digest, drawn, salt

CONTROL = "control"
"""The arm that nothing is done to; it is drawn first, so it depends on nothing but its own share."""
TREATED = "treated"
"""The usual name of the other arm."""


def arm(
    person: ir.StringColumn, experiment: str, shares: Mapping[str, float], secret: str
) -> ir.StringColumn:
    """Return the arm of every person as an expression; null where the person is null.

    `shares` names the arms with their shares, which sum to 1. Arms are drawn one after another: control first,
    then the others from the last named to the first, which takes the rest. Each draw is a hash of its own:
    sha256(HMAC(secret, [experiment, arm]) + person), read as a fraction, lies below the arm's share of what is
    still to be drawn. Hence nobody's arm depends on other people or other experiments; the control arm stays as
    it is while its share does; and an arm that is added as the last moves only those who enter it, as long
    as the other arms but control keep their proportions. Raises `MethodError` for shares that do not sum to 1.

    >>> people = ibis.table({"person_id": "string"}, name="people")
    >>> people.mutate(arm=arm(people.person_id, "spring", {"treated": 0.9, "control": 0.1}, "00")).columns
    ('person_id', 'arm')
    """
    last, draws = _draws(experiment, tuple(shares.items()))
    arms = [(drawn(person, salt(secret, purpose)) < below, name) for name, purpose, below in draws]
    return ibis.cases((person.isnull(), ibis.null("string")), *arms, else_=last)


def arm_of(person: str, experiment: str, shares: Mapping[str, float], secret: str) -> str:
    """Return the arm of one person, as `arm` does.

    >>> arm_of("p1", "spring", {"treated": 0.9, "control": 0.1}, "00")
    'treated'
    """
    last, draws = _draws(experiment, tuple(shares.items()))
    return next((name for name, why, below in draws if digest(person, salt(secret, why)) < below), last)


def lot(name: str, purpose: str, secret: str) -> float:
    """Return the lot, 0 to 1, that a keyed hash draws for a name: whoever lacks the secret cannot foresee it.

    >>> 0 <= lot("week 1", "test", "00") < 1
    True
    """
    return int(digest(name, salt(secret, json.dumps(["lot", purpose]))), 16) / float(16**DIGITS)


def is_held_out(person: ir.StringColumn, share: float, secret: str) -> ir.BooleanColumn:
    """Return whether people belong to the global holdout, which is outside every campaign.

    The holdout has a salt of its own, hence is independent of every experiment; a larger share holds those of a
    smaller one. Raises `MethodError` for a share outside 0 to 1.

    >>> people = ibis.table({"person_id": "string"}, name="people")
    >>> people.filter(~is_held_out(people.person_id, 0.05, "00")).columns
    ('person_id',)
    """
    return drawn(person, salt(secret, _HOLDOUT)) < cut(share)


def is_held_out_one(person: str, share: float, secret: str) -> bool:
    """Say whether one person belongs to the global holdout, as `is_held_out` does.

    >>> is_held_out_one("p1", 1.0, "00")
    True
    """
    return digest(person, salt(secret, _HOLDOUT)) < cut(share)


_HOLDOUT = json.dumps(["holdout"])


@lru_cache(maxsize=4096)
def _draws(
    experiment: str, arms: tuple[tuple[str, float], ...]
) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Return the arm that takes the rest, and (arm, purpose of its hash, cut) for the others in order."""
    shares = dict(arms)
    if not experiment:
        raise MethodError("An experiment without a name cannot be assigned.", "Name it.")
    if not shares or any(not 0 <= share <= 1 for share in shares.values()):
        raise MethodError(
            "The shares of the arms of {experiment!r} are {shares}.",
            "Each share lies between 0 and 1, and there is at least one arm.",
            experiment=experiment, shares=shares,
        )  # fmt: skip
    if not math.isclose(total := math.fsum(shares.values()), 1, abs_tol=1e-9):
        raise MethodError(
            "The shares of the arms of {experiment!r} sum to {total:g}.",
            "Let them sum to 1.",
            experiment=experiment, total=total,
        )  # fmt: skip
    others = [name for name in reversed(shares) if name != CONTROL]
    order = [CONTROL, *others] if CONTROL in shares else others
    return order[-1], tuple(_conditional(experiment, shares, order))


def _conditional(
    experiment: str, shares: Mapping[str, float], order: list[str]
) -> Iterator[tuple[str, str, str]]:
    for place, name in enumerate(order[:-1]):
        left = math.fsum(shares[later] for later in order[place:])
        part = min(1.0, shares[name] / left) if left else 0.0
        yield name, json.dumps(["experiment", experiment, name]), cut(part)
