"""What people did: verbs, windows, figures and sequences, over whole tables and of one person."""

from quanyu.rule.past.aggregate import AGGREGATES
from quanyu.rule.past.source import PROPERTIES, kinds_of
from quanyu.rule.past.verb import VERBS

__all__ = ["AGGREGATES", "PROPERTIES", "VERBS", "kinds_of"]
