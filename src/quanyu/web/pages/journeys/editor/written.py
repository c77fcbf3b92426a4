"""The document that is being written: what stands in it, what it began as, what is wrong with it, and how it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from quanyu.act.journey import ACTIONS
from quanyu.act.journey.template import template_named
from quanyu.errors import JourneyError
from quanyu.ledger.journey import documents
from quanyu.part.document import document_of, document_text
from quanyu.web.pages.journeys.journey_steps import Read, copied, numbered, prepared, read_step
from quanyu.web.pages.journeys.journey_words import BEGINS
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.ledger.journey import Journey

FIELDS: Mapping[str, Any] = {
    "name": None, "when": "", "enters": "", "leaves": "", "every": "", "day": {}, "per": "", "whom": "", "again": "never", "goal": "",
    "ends_when": "", "control_share": 0.1, "window_days": 14, "latest_hours": 24, "steps": None,
}  # fmt: skip
"""Fields of a journey in the order in which they are written, and what each is where it is left out; None: never left out."""
MADE = "nodes"
"""What the system itself writes into a document that is kept."""


@dataclass(eq=False)
class Written:
    """A journey that is being written; `before` is the version that its author began with."""

    document: dict[str, Any] = field(default_factory=lambda: {"name": "", "steps": []})
    before: Journey | None = None
    begins: str = "when"

    @property
    def steps(self) -> list[Any]:
        """Its steps as they stand in the document."""
        steps: list[Any] = self.document["steps"]
        return steps

    @property
    def text(self) -> str:
        """The document as YAML."""
        return document_text(self.document)

    def take(self, document: Mapping[str, Any]) -> None:
        """Let another document stand here."""
        self.document = lean(document)
        self.begins = next(
            (name for name in BEGINS if self.document.get(name)), "" if self.before or self.steps else "when"
        )

    def put(self, name: str, value: Any) -> None:
        """Set a field; what would stand there anyway is left out."""
        self.document = lean({**self.document, name: FIELDS[name] if value is None else value})

    def begin(self, name: str) -> None:
        """Choose what begins it."""
        self.begins = name
        for other in filter(None, BEGINS):
            self.put(other, FIELDS[other])


def lean(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document in its order, without what the system writes itself and what would stand there anyway."""
    told = {"name": "", **{name: value for name, value in document.items() if name != MADE}}
    steps = told.pop("steps", None)
    named = {name: told[name] for name in FIELDS if name in told and told[name] != FIELDS[name]}
    others = {str(name): value for name, value in told.items() if name not in FIELDS}
    return {**named, **others, "steps": prepared(steps)}


def document_in(text: str) -> dict[str, Any]:
    """Return the fields in a text of YAML or JSON. Raises `JourneyError` where it has none."""
    document = document_of(text, "YAML", JourneyError)
    if not isinstance(document, dict) or not isinstance(document.get("steps") or [], list):
        raise JourneyError(
            "A journey is a list of fields such as name, when, steps.", "See docs/how-to/build-a-journey.md"
        )
    try:
        plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    except (ValueError, RecursionError):
        raise JourneyError(
            "The text names itself in itself.", "Write out what stands behind * and &."
        ) from None
    return plain


@dataclass(frozen=True)
class Checked:
    """How each step is read, and what is wrong with the rest of the journey."""

    read: Mapping[str, Read]
    error: Exception | None = None

    def faults(self) -> Iterator[tuple[str, Exception]]:
        """Yield what is wrong, with the number of the step or nothing."""
        if self.error is not None:
            yield "", self.error
        for number, read in self.read.items():
            if read.error is not None:
                yield number, read.error


def checked(view: View, document: Mapping[str, Any], begins: str = "") -> Checked:
    """Return what is wrong with a document: every step that is, and the first of the other faults.

    `begins` names the field that must say what begins it.
    """
    read = {number: read_step(view.ws, step) for number, step in numbered(document["steps"])}
    is_whole = all(one.error is None for one in read.values())
    fields = document if is_whole else {**document, "steps": [{"wait": "1 day"}]}
    try:
        view.perform(ACTIONS["check_journey"], {"fields": fields})
        if begins and not document.get(begins):
            raise JourneyError(
                "It does not say what begins it.",
                "Fill in the field, or choose that people are put in by name.",
            )
    except Exception as error:
        return Checked(read, error)
    return Checked(read)


def begun(view: View, name: str | None, template: str | None = None) -> Written:
    """Return what stands in the form at first: the newest version of a journey, a template, or nothing.

    Raises `JourneyError` where there is none of that name.
    """
    written = Written()
    if template is not None:
        written.take(template_named(template).fields(view.language))
    if name is not None:
        course = view.perform(ACTIONS["show_journey"], {"journey": name})
        written.before = cast("Journey", course.journey)
        written.take(copied(course.journey.document))
    return written


def keep(view: View, written: Written) -> Journey:
    """Keep the journey as a draft. Raises `JourneyError` for a name that is taken, or where somebody else wrote meanwhile."""
    if (wrong := checked(view, written.document, written.begins).error) is not None:
        raise wrong
    name = str(written.document["name"])
    newest = next(iter(documents.versions(view.ws.ledger, name)), None)
    before = written.before
    if before is None and newest is not None:
        raise JourneyError(
            "There is a journey {name!r} already.",
            "Choose another name, or write a new version of that one.",
            name=name,
        )
    if (
        before is not None
        and newest is not None
        and (newest.version, newest.document) != (before.version, before.document)
    ):
        raise JourneyError(
            "{who} has written version {version} meanwhile.", "Copy your text, load the page again, and put in what is yours.",
            who=newest.made_by, version=newest.version,
        )  # fmt: skip
    if before is not None and name != before.journey_id:
        raise JourneyError(
            "This is a version of {name}.", "Keep its name: people are counted by it.", name=before.journey_id
        )
    return cast("Journey", view.perform(ACTIONS["add_journey"], {"fields": written.document}))
