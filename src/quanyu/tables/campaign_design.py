"""The design of a campaign: whom it is for, through which channel, and how it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from quanyu.errors import RuleError

Kind = Literal["list", "ads", "message"]


@dataclass(frozen=True)
class CampaignDesign:
    """What is decided about an audience, carried as JSON from its proposal to its result.

    `kind` list: contacts for staff or a sender, consent to the channel required; ads: hashed identifiers for an ad platform,
    consent to `ads` required; message: Quanyu sends by itself. `control_share` of those who could be reached are kept out
    and compared over `window_days`; nobody contacted in the last `rest_days` is contacted again.

    >>> CampaignDesign.of(CampaignDesign("Win back", "group in at_risk").document) == CampaignDesign("Win back", "group in at_risk")
    True
    """

    name: str
    rule: str
    kind: Kind = "list"
    channel: str = "sms"
    control_share: float = 0.2
    window_days: int = 14
    rest_days: int = 14
    contact_cost_amount: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.control_share < 1:
            raise RuleError(
                "{share} of an audience cannot be kept out.",
                "Give a share between 0 and 1 such as 0.2: without a control group nothing can be measured.",
                share=self.control_share,
            )

    @property
    def document(self) -> dict[str, Any]:
        """The design as JSON holds it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> CampaignDesign:
        """Return the design in a document, whatever else that holds."""
        return cls(**{item.name: document[item.name] for item in fields(cls) if item.name in document})
