"""Words of rules: by which names they may be written, and which nobody has."""

from quanyu.rule.word.meant import meant_rule

__all__ = ["meant_rule"]
