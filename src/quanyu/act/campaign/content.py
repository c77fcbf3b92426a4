"""Contents that a brief takes from those that are kept: by name, with shares of its own where it gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from quanyu.act.content.kept import ACTIONS, Draft
from quanyu.errors import CampaignError
from quanyu.part.action import Caller
from quanyu.workspace import Workspace

KEPT, SHARES = "kept", "shares"
"""The fields by which a brief names a content that is kept, and says how large a part each of its variants gets."""


def filled(ws: Workspace, document: object) -> object:
    """Return the document of a brief with what its kept contents say in the place of their names.

    A channel's content may be the name of one that is kept, or `{kept: NAME, shares: {A: 0.7, B: 0.3}}`. The kind of goods is
    that of the contents where the brief says none. Raises `ContentError` for a name that nobody kept, `CampaignError` for a
    content of another channel or a share of a variant that it does not have.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("content"), Mapping):
        return document
    told: dict[str, Any] = {}
    category = document.get("category") or ""
    for channel, given in document["content"].items():
        name, shares = _named(given)
        if not name:
            told[channel] = given
            continue
        draft = _draft(ws, name, str(channel))
        told[channel] = _variants(draft, shares)
        category = category or draft.category
    return {**document, "content": told, "category": category}


def _named(given: object) -> tuple[str, Mapping[str, float | None]]:
    """Return the name of the kept content that is asked for, and the shares given; no name where the brief says it itself."""
    if isinstance(given, str):
        return given, {}
    if isinstance(given, Mapping) and KEPT in given:
        return str(given[KEPT]), given.get(SHARES) or {}
    return "", {}


def _draft(ws: Workspace, name: str, channel: str) -> Draft:
    draft: Draft = ACTIONS["show_content"].do(ws, ACTIONS["show_content"].takes(name), Caller("")).draft
    if draft.channel != channel:
        raise CampaignError(
            "The content {name!r} is for {other}, not for {channel}.",
            "Take one that was written for this channel.",
            name=name,
            other=draft.channel,
            channel=channel,
        )
    return draft


def _variants(draft: Draft, shares: Mapping[str, float | None]) -> list[dict[str, Any]]:
    names = [one.name for one in draft.variants]
    if unknown := sorted(set(shares) - set(names)):
        raise CampaignError(
            "The content {name!r} has no variant {variant!r}.",
            "Variants: {known}.",
            name=draft.name,
            variant=unknown[0],
            known=", ".join(names),
        )
    return [{**asdict(one), "share": shares.get(one.name, one.share)} for one in draft.variants]
