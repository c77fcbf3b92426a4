"""`quanyu audience`: who would be reached, kept out, or left alone and why."""

from __future__ import annotations

import dataclasses
import getpass
from enum import StrEnum
from typing import Annotated

import typer

from quanyu.act.account import PREVIEW, Account, reason_words
from quanyu.act.channel import channels
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import out, say
from quanyu.decide.audience import PROPOSE
from quanyu.decide.settings import AudienceSettings
from quanyu.part.action import Caller, perform
from quanyu.tables.campaign_design import CampaignDesign

Channel = StrEnum("Channel", [channel.name for channel in channels("people")])  # type: ignore[misc]
"""The channels through which people can be reached, as words of the command line."""
SMS = Channel("sms")


def audience(  # noqa: PLR0917 - Typer reads them by name
    rule: Annotated[
        str, typer.Argument(help=say("Conditions on RFM, value and traits, parted by semicolons."))
    ],
    name: Annotated[str, typer.Option(help=say("Name of the campaign."))] = "",
    channel: Annotated[Channel, typer.Option(help=say("How people would be reached."))] = SMS,
    control: Annotated[float, typer.Option(min=0.01, max=0.9, help=say("Share kept out."))] = 0.2,
    window: Annotated[int, typer.Option(min=1, help=say("Days over which both groups are compared."))] = 14,
    propose: Annotated[bool, typer.Option("--propose", help=say("Record it as a proposal."))] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Preview an audience: who would be reached, kept out, or left alone and why; --propose records it."""
    with workspace(root) as ws:
        usual = ws.settings.of(AudienceSettings)
        design = CampaignDesign(
            name or rule,
            rule,
            kind="ads" if channel.value == "ads" else "list",
            channel=channel.value,
            control_share=control,
            window_days=window,
            rest_days=usual.rest_days,
            contact_cost_amount=usual.contact_cost_amount,
        )
        caller, given = Caller(getpass.getuser()), design.document
        account = perform(ws, PREVIEW, given, caller)
        proposed = perform(ws, PROPOSE, given, caller) if propose else None
    if json:
        decision_id = proposed.decision_id if proposed else None
        as_json(dataclasses.asdict(account) | {"n_audience": account.n_audience, "decision_id": decision_id})
        return
    _show(account)
    if proposed:
        out.print(say("Proposed: quanyu approve {decision}", decision=proposed.decision_id), highlight=False)


def _show(account: Account) -> None:
    rows = [
        (
            say(share.status),
            say(reason_words().get(share.reason, share.reason)) if share.reason else "",
            share.n_people,
        )
        for share in account.shares
    ]
    table(
        "",
        [say(head) for head in ("State", "Why", "People")],
        [*rows, (say("Audience"), "", account.n_audience)],
    )
