"""Consent: who may be written to, who may not, and why."""

from quanyu.act.consent.consent import consented, suppressed, unpersonalised
from quanyu.act.consent.refusal import Refusals
from quanyu.act.consent.word import BAR, TELL

__all__ = ["BAR", "TELL", "Refusals", "consented", "suppressed", "unpersonalised"]
