"""When a campaign stops by itself: too much surely comes back, too many complain or leave, or it keeps people from buying.

It is asked after every round, so each rule holds however often it is asked: of the campaigns that do no such harm, it ever stops
at most the share `ERROR`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from quanyu import ledger
from quanyu.act.campaign.sending.verdict import UNKNOWN
from quanyu.act.settings import CampaignSettings
from quanyu.method.assignment import CONTROL
from quanyu.solve.experiment.watch import Count, difference, is_surely_above
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

ERROR = 0.01
"""How many of the campaigns that are within a limit a rule may stop."""
TOO_MANY: Mapping[str, Text] = {
    "bounced": "{n} of {all} messages came back: more than {share} surely do",
    "complained": "{n} of {all} people complained: more than {share} surely do",
    "unsubscribed": "{n} of {all} people unsubscribed: more than {share} surely do",
}
"""Why a campaign stops, by what came back."""
COUNTED = ("n", "n_did", "n_other", "n_other_did")


def harm(ws: Workspace, campaign_id: str) -> str:
    """Return why a campaign must not go on, in words; nothing where it may."""
    told = ledger.count_responses(ws.ledger, campaign_id)
    states = ledger.count_states(ws.ledger, campaign_id).get(campaign_id, Counter())
    n_out = states["delivered"] + states["failed"]
    # Of a message that may have arrived nobody knows that it came back.
    failed = ledger.count_sends(ws.ledger, campaign_id, status="failed")
    n_failed = sum(n for _, _, reason, n in failed if reason != UNKNOWN)
    given = ws.settings.of(CampaignSettings)
    # A message that is refused at once has failed and bounced, one that comes back later has only bounced.
    seen = {**told, "bounced": max(told.get("bounced", 0), n_failed)}
    limits = {
        "bounced": given.bounce_share, "complained": given.complaint_share, "unsubscribed": given.unsubscribe_share,
    }  # fmt: skip
    for kind, share in limits.items():
        n = min(n_out, seen.get(kind, 0))
        if is_surely_above(Count(n_out, n), share, error=ERROR):
            return Sentence(TOO_MANY[kind], n=n, all=n_out, share=share)
    return ""


def loss(ws: Workspace, campaign_id: str) -> str:
    """Return in words that surely fewer bought of those a campaign is for than of its control, as the last turn counted them."""
    rows = ws.warehouse.table("variants")
    mine = rows.filter(rows.campaign_id == campaign_id, rows.other == CONTROL, rows.metric == "bought")
    by_channel = mine.group_by("channel").aggregate(
        n=mine.n.sum(), n_did=mine.n_did.sum(), n_other=mine.n_other.max(), n_other_did=mine.n_other_did.max()
    )
    total = by_channel.aggregate(**{name: by_channel[name].sum().fill_null(0) for name in COUNTED})
    (row,) = ws.warehouse.read(total).to_pylist()
    n, n_did, n_other, n_other_did = (int(row[name]) for name in COUNTED)
    if not is_lossy(Count(n, n_did), Count(n_other, n_other_did)):
        return ""
    return Sentence(
        "{n} of {all} people bought, and {m} of the {kept} kept out: surely it keeps people from buying",
        n=n_did,
        all=n,
        m=n_other_did,
        kept=n_other,
    )


def is_lossy(treated: Count, control: Count) -> bool:
    """Say whether surely fewer buy of those treated than of those kept out, however often it is asked.

    >>> is_lossy(Count(1000, 30), Count(300, 45)), is_lossy(Count(1000, 80), Count(300, 30))
    (True, False)
    """
    # An interval that errs twice `ERROR`: half of that on the side of harm.
    found = difference(treated, control, confidence=1 - 2 * ERROR)
    return found is not None and found.high < 0
