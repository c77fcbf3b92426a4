"""What came of a file besides counts, and how people are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

from quanyu.collect.load.former import Left
from quanyu.collect.load.take import Taken
from quanyu.text import Sentence
from quanyu.warehouse import Change


@dataclass(frozen=True)
class Outcome:
    """What came of one file: changes by table, orders that it knew at an earlier state than is known, rows of
    other files it completes that are not there yet, and what left of the former readings of files up to it.
    """

    changes: dict[str, Change] = field(default_factory=dict)
    n_behind: int = 0
    n_waiting: int = 0
    left: Left = field(default_factory=Left)


def message(taken: Taken, outcome: Outcome) -> str:
    """Return what people must be told of a file besides counts, "" if nothing."""
    told = []
    if not taken.n_rows:
        told.append(Sentence("the file has a header and no rows"))
    if taken.assumed:
        told.append(
            Sentence("read as {encoding}, which is not certain: look at the texts", encoding=taken.assumed)
        )
    told += taken.doubts
    if outcome.n_waiting:
        told.append(
            Sentence(
                "{n} rows complete orders that are not loaded yet; load those, then this file again",
                n=outcome.n_waiting,
            )
        )
    if outcome.n_behind:
        told.append(
            Sentence(
                "{n} orders are known at a later state than in this file, which stays; if this file is right, load it "
                "with --again",
                n=outcome.n_behind,
            )
        )
    if outcome.left.n_gone:
        told.append(
            Sentence("{n} rows that the former layout made of it are taken out", n=outcome.left.n_gone)
        )
    if outcome.left.n_stay:
        told.append(
            Sentence(
                "{n} rows that the former layout made of it stay, because other files have changed them",
                n=outcome.left.n_stay,
            )
        )
    if taken.due_at:
        told.append(
            Sentence(
                "some rows lie in the future by this computer's clock; the file is due again from {at:%Y-%m-%d %H:%M} UTC",
                at=taken.due_at,
            )
        )
    return reduce(_and, told) if told else Sentence("")


def _and(before: Sentence, after: Sentence) -> Sentence:
    return Sentence("{before}; {after}", before=before, after=after)
