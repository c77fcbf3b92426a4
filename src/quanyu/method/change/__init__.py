"""What changed since a table was made, whom it touches, and these people's rows: as they are and as they stood."""

from quanyu.method.change.part import parted
from quanyu.method.change.touch import Edges, Made, differing, document, end_of, owners, touched

__all__ = ["Edges", "Made", "differing", "document", "end_of", "owners", "parted", "touched"]
