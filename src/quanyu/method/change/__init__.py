"""What changed since a table was made, whom it touches, and these people's rows: as they are and as they stood."""

from quanyu.method.change.part import only, parted
from quanyu.method.change.touch import Made, besides, differing, document, end_of, touched

__all__ = ["Made", "besides", "differing", "document", "end_of", "only", "parted", "touched"]
