"""What a room has to do itself when somebody is erased: declared as `FORGET` beside the function that does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Forgetting:
    """The folder of the workspace whose files only its room can look into, and what takes somebody out of them.

    `do(ws, sought)` returns the files that it touched. It is called when the tombs stand, and nobody else writes to tables.
    """

    folder: str
    do: Callable[[Workspace, re.Pattern[str]], list[str]]
