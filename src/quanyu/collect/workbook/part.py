"""The parts of a workbook's archive, read in blocks and mended on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

# Its parser bounds what entities grow to, and reads nothing from outside.
from xml.etree import ElementTree  # nosec B405

BLOCK = 1 << 20
Mend = Callable[[IO[bytes]], Iterator[bytes]]
"""What makes the blocks of a copy from a part."""


def blocks(stream: IO[bytes], *ends: bytes) -> Iterator[bytes]:
    """Yield a stream in blocks that end where one of the marks does."""
    rest = b""
    while block := stream.read(BLOCK):
        text = rest + block
        at = (
            max((text.rfind(end) + len(end) for end in ends if end in text), default=0) if ends else len(text)
        )
        if at:
            yield text[:at]
        rest = text[at:]
    if rest:
        yield rest


def targets_in(relations: bytes) -> dict[str, str]:
    """Return the parts that the relations of a workbook name, by their ids."""
    targets = {}
    # Bounded by the parser, and nothing is read from outside.
    for each in ElementTree.fromstring(relations):  # nosec B314
        target = each.get("Target", "")
        targets[each.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return targets
