"""When a campaign stops by itself: too much of it surely comes back, or too many surely complain."""

from __future__ import annotations

import math

from quanyu import ledger
from quanyu.act.settings import CampaignSettings
from quanyu.text import Sentence
from quanyu.workspace import Workspace

NORMAL_95 = 1.644854
"""The 95 % quantile of the normal distribution."""


def harm(ws: Workspace, campaign_id: str) -> str:
    """Return why a campaign must not go on, in words; nothing where it may."""
    states = ledger.count_states(ws.ledger).get(campaign_id, {})
    told = ledger.count_responses(ws.ledger, campaign_id)
    n_out = states.get("delivered", 0) + states.get("failed", 0)
    given = ws.settings.of(CampaignSettings)
    # A message that is refused at once has failed and bounced, one that comes back later has only bounced.
    n_back = min(n_out, max(told.get("bounced", 0), states.get("failed", 0)))
    if at_least(n_back, n_out) > given.bounce_share:
        return Sentence(
            "{n} of {all} messages came back: more than {share} surely do",
            n=n_back,
            all=n_out,
            share=given.bounce_share,
        )
    n_angry = min(n_out, told.get("complained", 0))
    if at_least(n_angry, n_out) > given.complaint_share:
        return Sentence(
            "{n} of {all} people complained: more than {share} surely do",
            n=n_angry,
            all=n_out,
            share=given.complaint_share,
        )
    return ""


def at_least(n: int, total: int) -> float:
    """Return the share that is surely reached where `n` of `total` were seen: the lower end of Wilson's interval, one-sided 95 %.

    Source: E. B. Wilson, *Journal of the American Statistical Association* 22 (1927) 209-212.

    >>> round(at_least(10, 100), 3), at_least(0, 0)
    (0.061, 0.0)
    """
    if not total:
        return 0.0
    share, z2 = n / total, NORMAL_95**2
    middle = share + z2 / (2 * total)
    wide = NORMAL_95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return max(0.0, (middle - wide) / (1 + z2 / total))
