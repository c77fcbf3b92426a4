"""Settings: frozen, read once at the edge; the frame is here, each room declares its own section."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quanyu.settings.frame import FILE, STATE
from quanyu.settings.section import Section

if TYPE_CHECKING:
    from quanyu.settings.all import Settings
    from quanyu.settings.read import check_settings, read_settings

__all__ = ["FILE", "STATE", "Section", "Settings", "check_settings", "read_settings"]


def __getattr__(name: str) -> Any:
    # All settings import every room's: they come when asked for, or a room whose settings are imported first would miss among them.
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("quanyu.settings.read"), name)
