"""How a journey is shown: how many stand where, and the way of one person."""

from __future__ import annotations

from collections.abc import Sequence

from quanyu.act.account import reason_words
from quanyu.act.journey import WORDS, JourneyCourse, Passage
from quanyu.cli.screen import table
from quanyu.cli.speech import out, say
from quanyu.text import Text


def told(text: Text, **values: object) -> None:
    """Print a sentence."""
    out.print(say(text, **values), highlight=False, markup=False)


def print_course(course: JourneyCourse) -> None:
    """Print how far a journey has come."""
    told(
        "{journey}, version {version}: {state}",
        journey=course.journey.journey_id,
        version=course.journey.version,
        state=say(course.journey.status),
    )
    ends = [(say("Under way"), "", course.n_active), (say("Through"), "", course.n_done)]
    ends += [(say("Left early"), reason_said(reason), n) for reason, n in course.exited.items()]
    ends += [(say("Kept out"), reason_said(reason), n) for reason, n in course.held_out.items()]
    ends += [(say("Did not enter"), reason_said(reason), n) for reason, n in course.refused.items()]
    table("", [say(head) for head in ("Entered", "Reason", "People")], [row for row in ends if row[2]])
    rows = [
        (one.node_id, say(one.label), one.n_waiting, ", ".join(f"{name}: {n}" for name, n in one.outcomes.items()),
         ", ".join(f"{say(status)} {reason_said(reason)}: {n}".replace(" :", ":") for status, reason, n in one.made))
        for one in course.stops
    ]  # fmt: skip
    table("", [say(head) for head in ("Step", "What", "Waiting", "Went on", "Messages")], rows)


def reason_said(reason: str) -> str:
    """Return a reason in words; one that an author wrote stands as it is."""
    return say({**reason_words(), **WORDS}[reason]) if reason in {**reason_words(), **WORDS} else reason


def print_way(lines: Sequence[Passage]) -> None:
    """Print the way of a person."""
    rows = [
        (
            line.at.isoformat(" ", "seconds"),
            line.entry or "",
            line.node,
            line.outcome,
            reason_said(line.detail),
        )
        for line in lines
    ]
    table("", [say(head) for head in ("When", "Entry", "Step", "Outcome", "More")], rows)
