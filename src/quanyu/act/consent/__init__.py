"""Consent: who may be written to, who may not, and why."""

from quanyu.act.consent.consent import consented, suppressed, unpersonalised
from quanyu.act.consent.refusal import Refusals

__all__ = ["Refusals", "consented", "suppressed", "unpersonalised"]
