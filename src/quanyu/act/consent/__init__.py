"""Consent: who may be written to, who may not, and why."""

from quanyu.act.consent.consent import consented, suppressed, unpersonalised
from quanyu.act.consent.refusal import Refusals
from quanyu.act.consent.standing import COUNTS, STAND
from quanyu.act.consent.word import BAR, TELL

ACTIONS = {action.name: action for action in (BAR, TELL, COUNTS, STAND)}
"""What can be done about consent, by name."""

__all__ = ["ACTIONS", "Refusals", "consented", "suppressed", "unpersonalised"]
