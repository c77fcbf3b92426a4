"""What changed since a table was made, whom it touches, and these people's rows: as they are and as they stood."""

from quanyu.method.change.part import parted
from quanyu.method.change.touch import Made, differing, document, end_of, touched

__all__ = ["Made", "differing", "document", "end_of", "parted", "touched"]
