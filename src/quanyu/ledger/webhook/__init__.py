"""Addresses of programs that are told what happens."""

from quanyu.ledger.webhook.webhook import Hook, drop_hook, list_hooks, save_hook

__all__ = ["Hook", "drop_hook", "list_hooks", "save_hook"]
