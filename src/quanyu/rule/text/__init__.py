"""Rules as text: read and written, and errors that point at it."""

from quanyu.rule.text.fault import pointed
from quanyu.rule.text.parse import parse
from quanyu.rule.text.printed import named, printed

__all__ = ["named", "parse", "pointed", "printed"]
