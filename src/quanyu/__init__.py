"""Quanyu: one closed loop of omnichannel precision marketing, from raw platform files to what was really earned.

>>> import quanyu as qy
>>> sorted(qy.__all__) == qy.__all__
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quanyu.collect.load.load import load
    from quanyu.errors import QuanyuError
    from quanyu.loop import explain, run
    from quanyu.part.action import do
    from quanyu.plan.report import write_report
    from quanyu.tables import contract
    from quanyu.workspace import Workspace, create, open

__all__ = [
    "QuanyuError", "Workspace", "contract", "create", "do", "explain", "load", "open", "run", "write_report",
]  # fmt: skip

HOMES = {
    "QuanyuError": "quanyu.errors",
    "Workspace": "quanyu.workspace",
    "contract": "quanyu.tables",
    "create": "quanyu.workspace",
    "do": "quanyu.part.action",
    "explain": "quanyu.loop",
    "load": "quanyu.collect.load.load",
    "open": "quanyu.workspace",
    "run": "quanyu.loop",
    "write_report": "quanyu.plan.report",
}
"""Where the public names live: a name is imported when it is first used, so `import quanyu` costs nothing."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"quanyu has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(HOMES[name]), name)
