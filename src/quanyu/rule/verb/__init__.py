"""What people do, as verbs: which rows they are, what those can be asked for, and what must hold of them."""

from quanyu.rule.verb.verb import PROPERTIES, VERBS, Rows, claim_of, kinds_of

__all__ = ["PROPERTIES", "VERBS", "Rows", "claim_of", "kinds_of"]
