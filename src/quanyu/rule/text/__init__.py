"""Rules as text: read and written, and errors that point at it."""

from quanyu.rule.text.fault import pointed
from quanyu.rule.text.parse import parse
from quanyu.rule.text.printed import named, printed
from quanyu.rule.text.sql import from_sql

__all__ = ["from_sql", "named", "parse", "pointed", "printed"]
