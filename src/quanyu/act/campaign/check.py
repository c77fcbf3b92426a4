"""What a campaign would do: whom it reaches, who is left alone and why, what it costs and can show, and what is in its way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.act.account import Share
from quanyu.act.campaign.brief import Brief, kept_brief
from quanyu.act.campaign.plan import plan
from quanyu.act.content import Finding, check_content
from quanyu.ledger import Decision
from quanyu.method.scratch import Scratch
from quanyu.solve.experiment.plan import detectable
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Power:
    """How small an effect a campaign can show: people of both arms, the share of them who bought in as many days before, and the
    smallest rise of that share that would be found four times in five; none where nobody is kept out or nobody bought.
    """

    n_treated: int
    n_control: int
    base: float
    least: float | None

    @property
    def can_tell(self) -> bool:
        """Whether a rise by the half of what people buy anyway would be found."""
        return self.least is not None and self.least <= self.base / 2


@dataclass(frozen=True)
class Check:
    """What would become of a campaign that were launched now."""

    campaign_id: str
    brief: Brief
    shares: tuple[Share, ...]
    n_people: int
    n_contacts: int
    by_channel: Mapping[str, int]
    cost_amount: float
    power: Power
    findings: tuple[Finding, ...] = ()

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """What must be mended before it can be approved."""
        return tuple(one for one in self.findings if one.severity == "blocked")

    @property
    def n_audience(self) -> int:
        """Everybody the campaign is for."""
        return sum(share.n_people for share in self.shares)


def check_campaign(ws: Workspace, decision: Decision) -> Check:
    """Return what a campaign would do if it were launched now; nothing is recorded."""
    return check_brief(ws, kept_brief(decision.proposal), decision.decision_id)


def check_brief(ws: Workspace, brief: Brief, campaign_id: str) -> Check:
    """Return what a brief would do if it were launched now under an id; nothing is recorded.

    Raises `RuleError`, `SegmentError` or `ChannelError` where it cannot be asked whom it is for.
    """
    with Scratch(ws) as scratch:
        planned = scratch.keep(plan(ws, brief, campaign_id, ws.now()))
        groups = planned.group_by("arm", "status", "reason").aggregate(n_people=planned.count())
        shares = [
            Share(**row) for row in ws.warehouse.read(groups.order_by("arm", "status", "reason")).to_pylist()
        ]
        counts, by_channel = counted(ws, planned), _by_channel(ws, planned)
        power = _power(ws, planned, brief)
        pending = planned.filter(planned.status == "pending").select("person_id")
        findings = check_content(
            ws, brief.content, pending, brief.category, is_marketing=not brief.is_service
        )
    cost = sum(n * brief.cost(ws, name) for name, n in by_channel.items())
    return Check(
        campaign_id,
        brief,
        tuple(shares),
        n_people=counts["n_people"],
        n_contacts=counts["n_contacts"],
        by_channel=by_channel,
        cost_amount=cost,
        power=power,
        findings=findings,
    )


def counted(ws: Workspace, planned: ir.Table) -> dict[str, int]:
    """Return how many people of a plan would get a message, and at how many contacts."""
    pending = planned.filter(planned.status == "pending")
    contact = ibis.coalesce(*(pending[name] for name in pending.columns if name.startswith("contact_")))
    told = pending.aggregate(n_people=pending.count(), n_contacts=contact.nunique())
    (row,) = ws.warehouse.read(told).to_pylist()
    return {name: int(n or 0) for name, n in row.items()}


def _by_channel(ws: Workspace, planned: ir.Table) -> dict[str, int]:
    pending = planned.filter(planned.status == "pending")
    rows = ws.warehouse.read(pending.group_by("channel").aggregate(n=pending.count()).order_by("channel"))
    return {row["channel"]: row["n"] for row in rows.to_pylist()}


def _power(ws: Workspace, planned: ir.Table, brief: Brief) -> Power:
    """Return what the arms can show of the share of people who buy, judged by how many did in as many days before."""
    arms = planned.filter(planned.arm != "")
    since = ibis.literal(ws.now() - dt.timedelta(days=brief.window_days)).cast("timestamp('UTC')")
    orders, owners = ws.warehouse.table("orders"), ws.warehouse.table("identities")
    lately = orders.filter(orders.ordered_at >= since, orders.paid_amount > 0).select("id_key")
    buyers = lately.inner_join(owners.select("id_key", "person_id"), "id_key").select("person_id").distinct()
    bought = arms.left_join(buyers.mutate(is_buyer=True), "person_id").select("arm", "is_buyer")
    told = bought.aggregate(
        n_treated=(bought.arm == "treated").sum(),
        n_control=(bought.arm == "control").sum(),
        n_buyers=bought.is_buyer.count(),
    )
    (row,) = ws.warehouse.read(told).to_pylist()
    n_treated, n_control, n_buyers = (int(row[name] or 0) for name in ("n_treated", "n_control", "n_buyers"))
    n = n_treated + n_control
    base = n_buyers / n if n else 0.0
    is_told = n_treated and n_control and n_buyers
    least = detectable(n, base * (1 - base), control_share=n_control / n) if is_told else None
    return Power(n_treated, n_control, base, least)
