"""Contents as people work with them: keep one, look at it, preview it for somebody, check it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.act.content.check import Finding, as_draft, check_content
from quanyu.act.content.compose import prepared, trail_of, variables_of
from quanyu.act.content.kept.draft import Draft, draft_of
from quanyu.act.content.link import Tags
from quanyu.act.content.preview import Preview, preview
from quanyu.act.content.template import Voice
from quanyu.act.content.value import refuse_unknown
from quanyu.act.variant import Variant, shares
from quanyu.errors import ContentError
from quanyu.ledger import KeptContent
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.part.segment_state import require_fresh
from quanyu.rule import Asking, meant_rule, members, parse
from quanyu.rule.tree import groups
from quanyu.workspace import Workspace

NAME = re.compile(r"[^\s;；()\",/\\<>][^;；()\",/\\<>\n]{0,63}")
"""Names that addresses and files can hold."""


@dataclass(frozen=True)
class Named:
    """A content by its name; a version, where it is not the newest."""

    name: str
    version: int = 0


@dataclass(frozen=True)
class Everything:
    """Nothing is asked for: all of them are meant."""


@dataclass(frozen=True)
class Asked:
    """A variant of a content (the first, where none is named) for somebody: nobody, for made-up values."""

    name: str
    person_id: str = ""
    variant: str = ""


@dataclass(frozen=True)
class Meant:
    """A content, and a rule that finds the people it is meant for: everybody, where there is none."""

    name: str
    rule: str = ""


@dataclass(frozen=True)
class Shown:
    """A version of a content with what it says, and the versions there are, the newest first."""

    kept: KeptContent
    draft: Draft
    versions: tuple[KeptContent, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What was found in a content; `n_people` is how many people were asked about."""

    name: str
    version: int
    n_people: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def is_blocked(self) -> bool:
        """Whether anything forbids sending it."""
        return any(finding.severity == "blocked" for finding in self.findings)


def keep(ws: Workspace, given: Draft, caller: Caller) -> KeptContent:
    """Keep a content as a new version. Raises `ContentError` for one that cannot be read, `ChannelError` for its channel."""
    refuse_wrong(ws, given)
    return ledger.keep_content(
        ws.ledger, given.name.strip(), given.channel, given.body, who=caller.who, at=ws.now(), note=given.note
    )


def refuse_wrong(ws: Workspace, given: Draft) -> None:
    """Raise `ContentError` or `ChannelError` for what no person could ever be sent."""
    if not NAME.fullmatch(given.name.strip()):
        raise ContentError(
            "{name!r} cannot be the name of a content.",
            "Use up to 64 letters, digits and spaces, without ; ( ) quotes, commas and slashes.",
            name=given.name,
        )
    channel_named(given.channel)
    names = [one.name for one in given.variants]
    if len(set(names)) < len(names):
        raise ContentError("Two variants have the same name.", "Names: {names}.", names=", ".join(names))
    total = sum(one.share or 0 for one in given.variants)
    if total > 1 or min(shares(given.variants).values(), default=1) <= 0:
        raise ContentError(
            "The shares of the variants add up to {total}.",
            "Give shares above 0 that make 1 together, or leave them out.",
            total=f"{total:g}",
        )
    trail = trail_of(ws, 0, Tags(given.channel), is_marketing=not given.is_service)
    for variant in given.variants:
        refuse_unknown(ws, variables_of(variant))
        prepared(variant, Voice.of(ws), trail)


def found(ws: Workspace, name: str, version: int = 0) -> KeptContent:
    """Return a version of a content (the newest, where none is named), or raise `ContentError` with the nearest."""
    kept = ledger.find_content(ws.ledger, name, version)
    if kept is None:
        known = [one.content_id for one in ledger.list_contents(ws.ledger)]
        if name in known:
            raise ContentError(
                "The content {name!r} has no version {version}.",
                "See them with: quanyu content show {name}",
                name=name,
                version=version,
            )
        near = did_you_mean(name, known)
        raise ContentError(
            "There is no content {name!r}.",
            "{near} Contents: {known}." if near else "Contents: {known}.",
            name=name,
            near=near,
            known=", ".join(known) or "-",
        )
    return kept


def _list(ws: Workspace, _: Everything, __: Caller) -> list[KeptContent]:
    return ledger.list_contents(ws.ledger)


def _show(ws: Workspace, given: Named, _: Caller) -> Shown:
    kept = found(ws, given.name, given.version)
    return Shown(kept, draft_of(kept), tuple(ledger.content_versions(ws.ledger, given.name)))


def _preview(ws: Workspace, given: Asked, _: Caller) -> Preview:
    draft = draft_of(found(ws, given.name))
    variant = _chosen(draft, given.variant)
    return preview(ws, draft.channel, variant.content, given.person_id, is_marketing=not draft.is_service)


def _chosen(draft: Draft, name: str) -> Variant:
    by_name: Mapping[str, Variant] = {one.name: one for one in draft.variants}
    if name and name not in by_name:
        raise ContentError(
            "The content {name!r} has no variant {variant!r}.",
            "Variants: {known}.",
            name=draft.name,
            variant=name,
            known=", ".join(by_name),
        )
    return by_name[name] if name else draft.variants[0]


def _check(ws: Workspace, given: Meant, _: Caller) -> Checked:
    kept = found(ws, given.name)
    draft = draft_of(kept)
    people = _people(ws, given.rule)
    findings = check_draft(ws, draft, people)
    n_people = int(ws.warehouse.read(people.count())[0][0].as_py())
    return Checked(kept.content_id, kept.version, n_people, findings)


def check_draft(ws: Workspace, draft: Draft, people: ir.Table | None = None) -> tuple[Finding, ...]:
    """Return what stands in the way of a draft and what its author should know."""
    sources = {draft.channel: draft.variants}
    found = check_content(ws, sources, people, draft.category, is_marketing=not draft.is_service)
    return as_draft(found)


def _people(ws: Workspace, rule: str) -> ir.Table:
    """Return person_id of the people whom a rule finds; everybody, without one."""
    if not rule.strip():
        return ws.warehouse.table("people").select("person_id")
    tree, day = parse(meant_rule(rule, ws.warehouse.table, ws.warehouse.read)), as_of(ws)
    require_fresh(ws, groups(tree), day)
    return members(tree, Asking.of(ws, day)).select("person_id")


KEEP = Action(
    "keep_content",
    "Keep a content as a new version.",
    Draft,
    KeptContent,
    keep,
    said="kept the content {name} for {channel}",
)
LIST = Action(
    "list_contents", "List the contents.", Everything, list[KeptContent], _list, role="analyst", writes=False
)
SHOW = Action(
    "show_content",
    "Show what a content says, and its versions.",
    Named,
    Shown,
    _show,
    role="analyst",
    writes=False,
)
PREVIEW = Action(
    "preview_content",
    "Show what somebody would be sent.",
    Asked,
    Preview,
    _preview,
    role="marketer",
    writes=False,
)
CHECK = Action(
    "check_content",
    "Check a content: the law, prices, missing variables, the channel, and how a mail is built.",
    Meant,
    Checked,
    _check,
    role="analyst",
    writes=False,
)
