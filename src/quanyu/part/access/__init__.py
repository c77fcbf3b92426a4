"""Access: users and their passwords, signing in, and keys of programs."""

from quanyu.part.access import api_key, login, user

__all__ = ["api_key", "login", "user"]
