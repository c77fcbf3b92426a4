"""Records: every cell read as the layout says, every record judged; what is refused says why."""

from quanyu.collect.record import check, erased, parse, shape, style
from quanyu.collect.record.fill import filled

__all__ = ["check", "erased", "filled", "parse", "shape", "style"]
