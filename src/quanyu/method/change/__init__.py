"""What changed since a table was made, whom it touches, and these people's rows: as they are and as they stood."""

from quanyu.method.change.part import documents, parted
from quanyu.method.change.touch import Made, differing, document, touched

__all__ = ["Made", "differing", "document", "documents", "parted", "touched"]
