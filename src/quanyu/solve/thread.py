"""Small matrices on one thread."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[Any]:
    """Do the linear algebra of a block on one thread.

    Where matrices are small, more threads wait for each other: alone on two cores that is no faster, and beside other
    work it takes three times as long.

    >>> with one_thread():
    ...     1 + 1
    2
    """
    return threadpool_limits(limits=1, user_api="blas")  # type: ignore[no-any-return]
