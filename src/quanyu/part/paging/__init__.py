"""Pages of long lists: how long one is, where the next begins, and whether there is one."""

from quanyu.part.paging.page import Limit, first_of, whom_after

__all__ = ["Limit", "first_of", "whom_after"]
