"""Users: who may sign in, in which role."""

from quanyu.ledger.user.user import User, find_user, folded, list_users, save_user, see_user

__all__ = ["User", "find_user", "folded", "list_users", "save_user", "see_user"]
