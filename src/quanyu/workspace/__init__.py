"""A workspace: warehouse, ledger, clock, seed and secret in one folder; the only thing handed around."""

from quanyu.workspace.folder import create, open, usable
from quanyu.workspace.workspace import Clock, Workspace, pseudonym, system_clock

__all__ = ["Clock", "Workspace", "create", "open", "pseudonym", "system_clock", "usable"]
