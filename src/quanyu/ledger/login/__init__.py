"""Sessions of users who signed in."""

from quanyu.ledger.login.session import (
    Session,
    begin_session,
    end_session,
    end_sessions,
    find_session,
    see_session,
)

__all__ = ["Session", "begin_session", "end_session", "end_sessions", "find_session", "see_session"]
