"""The steps of a document as they are written: which ways each has, under which number it stands, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from quanyu.act.journey.day import SORTS
from quanyu.act.journey.step import kind_named, kinds
from quanyu.workspace import Workspace

BLANK: Mapping[str, Any] = {
    "wait": "1 day",
    "wait_until": {"time": "09:00"},
    "wait_for": {"what": "", "within": "2 days", "then": [], "else": []},
    "branch": [{"if": "", "then": []}, {"else": []}],
    "split": {"A": {"steps": []}, "B": {"steps": []}},
    "send": {"channel": "", "content": {"text": ""}},
    "task": {"what": "", "within": "2 days"},
    "webhook": {"name": ""},
    "trait": {"name": "", "value": True},
    "coupon": {"pool": ""},
    "points": {"n": 100},
    "exit": "",
}
"""What stands in a step that is new; other kinds begin with nothing."""


ORDER = (
    "what",
    "who",
    "pool",
    "n",
    "why",
    "name",
    "value",
    "within",
    "then",
    "else",
    "time",
    "on",
    "to",
    "data",
    "on_exit",
)
"""In which order fields are written that a ledger keeps by name."""


@dataclass(frozen=True)
class Part:
    """A way out of a step: by which outcome, what holds it in the document (under `key`), and its steps."""

    outcome: str
    holder: dict[str, Any]
    key: str

    @property
    def steps(self) -> list[Any]:
        """Its steps as they stand in the document: what is changed here is changed there."""
        if not isinstance(self.holder.get(self.key), list):
            self.holder[self.key] = []
        steps: list[Any] = self.holder[self.key]
        return steps


def kind_of(step: Any) -> str:
    """Return the word of a step; nothing for what is none.

    >>> kind_of({"wait": "1 day"}), kind_of("wait")
    ('wait', '')
    """
    return str(next(iter(step))) if isinstance(step, dict) and len(step) == 1 else ""


def parts(step: Any) -> list[Part]:
    """Return the ways of a step, whether or not the step is whole; none where nothing stands inside.

    >>> [part.outcome for part in parts({"branch": [{"if": "bought", "then": []}, {"else": []}]})]
    ['1', 'else']
    """
    kind = kind_of(step)
    written = step[kind] if kind else None
    if kind == "wait_for" and isinstance(written, dict):
        return [Part(name, written, name) for name in ("then", "else")]
    if kind == "wait_until" and isinstance(written, dict) and any(name in written for name in SORTS):
        # Without an `else` of its own, whoever has no such day leaves: that is written down, so that it can be changed.
        written.setdefault("else", [{"exit": "no_such_day"}])
        return [Part(name, written, name) for name in ("then", "else")]
    if kind == "split" and isinstance(written, dict):
        return [Part(name, one, "steps") for name, one in written.items() if isinstance(one, dict)]
    if kind == "branch" and isinstance(written, list):
        ways = [one for one in written if isinstance(one, dict)]
        named = [one for one in ways if "else" not in one]
        rest = [Part("else", one, "else") for one in ways if "else" in one][:1]
        return [*(Part(str(place), one, "then") for place, one in enumerate(named, start=1)), *rest]
    return []


def prepared(steps: Any) -> list[Any]:
    """Return steps of a document such that each can be shown and changed: ways without steps hold a list, branches an `else`."""
    listed = steps if isinstance(steps, list) else []
    for step in listed:
        kind = kind_of(step)
        if (
            kind == "branch"
            and isinstance(step[kind], list)
            and not any("else" in one for one in step[kind] if isinstance(one, dict))
        ):
            step[kind].append({"else": []})
        if kind == "split" and isinstance(step[kind], dict):
            step[kind] = {
                str(name): {"steps": []} if one is None else one for name, one in step[kind].items()
            }
        if kind and kind not in ("branch", "split", "send") and isinstance(step[kind], dict):
            known = [name for name in ORDER if name in step[kind]]
            step[kind] = {name: step[kind][name] for name in (*known, *(step[kind].keys() - set(known)))}
        for part in parts(step):
            prepared(part.steps)
    return listed


def numbered(steps: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every step with the number under which a journey knows it, those inside after those that hold them.

    >>> [number for number, _ in numbered([{"wait": "1 day"}, {"branch": [{"if": "bought", "then": [{"exit": "x"}]}]}])]
    ['1', '2', '2.1.1']
    """
    for place, step in enumerate(steps, start=1):
        number = f"{prefix}{place}"
        yield number, step
        for part in parts(step):
            yield from numbered(part.steps, f"{number}.{part.outcome}.")


@dataclass(frozen=True)
class Read:
    """What a step was given, as its kind reads it, or why it cannot be read."""

    given: Mapping[str, Any] = field(default_factory=dict)
    error: Exception | None = None


def read_step(ws: Workspace | None, step: Any) -> Read:
    """Read a step; with a workspace, what it takes from the shop is looked up too."""
    word = kind_of(step)
    try:
        kind = kind_named(word or str(step))
        given, _ = kind.read(step[word] if word else None)
        if ws is not None and kind.ready is not None:
            kind.ready(ws, dict(given))
    except Exception as error:
        return Read(error=error)
    return Read(given)


def blank(word: str) -> dict[str, Any]:
    """Return a new step of a kind."""
    return {word: copied(BLANK.get(word)) if word in kinds() else None}


def copied(value: Any) -> Any:
    """Return a part of a document that shares nothing with another."""
    if isinstance(value, dict):
        return {str(name): copied(one) for name, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list | tuple) else value
