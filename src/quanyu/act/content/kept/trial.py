"""A draft while it is written: what one variant would say to somebody, and what is wrong with it so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quanyu.act.content.check import Finding, as_draft, check_content
from quanyu.act.content.kept.draft import Draft
from quanyu.act.content.preview import Preview, preview
from quanyu.act.variant import Variant
from quanyu.errors import QuanyuError
from quanyu.part.action import Action, Caller
from quanyu.part.given import Fault
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Tried:
    """A draft that is being written, the place of the variant that is looked at, and for whom (nobody: made-up values).

    `is_counted`: everybody is asked whether they would miss a variable.
    """

    draft: Draft
    place: int = 0
    person_id: str = ""
    is_counted: bool = False


@dataclass(frozen=True)
class Trial:
    """What came of it: the message (None where it cannot be written, with the `fault`), and the findings, the gravest first."""

    preview: Preview | None
    fault: Fault | None
    findings: tuple[Finding, ...] = ()


def try_draft(ws: Workspace, given: Tried, _: Caller) -> Trial:
    """Return what a variant of a draft says and what is wrong with it; nothing is recorded."""
    draft = given.draft
    variant: Variant = draft.variants[min(max(given.place, 0), len(draft.variants) - 1)]
    is_marketing = not draft.is_service
    shown, fault = None, None
    try:
        shown = preview(ws, draft.channel, variant.content, given.person_id, is_marketing=is_marketing)
    except QuanyuError as error:
        fault = error
    people = ws.warehouse.table("people").select("person_id") if given.is_counted else None
    sources = {draft.channel: (replace(variant, share=None),)}
    found = check_content(ws, sources, people, draft.category, is_marketing=is_marketing)
    return Trial(shown, fault, as_draft(found))


TRY = Action(
    "try_content",
    "Show what a draft would say and what is wrong with it; nothing is recorded.",
    Tried,
    Trial,
    try_draft,
    writes=False,
)
