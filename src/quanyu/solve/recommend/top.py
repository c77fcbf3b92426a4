"""The largest entries of every row of a sparse matrix: one sort of packed numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from quanyu.solve.recommend.counts import Numbers, Sparse

SIGN = np.uint32(1 << 31)
WORD = 32


def largest(matrix: Sparse, n: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return row, place from 0, and column of the `n` largest entries of each row that are there, largest first.

    Entries are compared as single precision numbers, equal ones by their column.

    >>> [part.tolist() for part in largest(scipy.sparse.csr_matrix([[0.0, 2.0, 3.0], [1.0, 1.0, 0.0]]), 1)]
    [[0, 1], [0, 0], [2, 0]]
    """
    bits = max(1, int(matrix.shape[1] - 1).bit_length())
    block = 1 << max(0, 64 - WORD - bits)
    told = [
        _of_block(matrix[begin : begin + block], n, bits, begin) for begin in range(0, matrix.shape[0], block)
    ]
    row, place, column = (np.concatenate(parts) for parts in zip(*told, strict=True)) if told else _NONE
    return row, place, column


_NONE = (np.zeros(0, np.int64),) * 3


def nearest(similar: Sparse, n: int) -> Sparse:
    """Return a matrix with the `n` largest entries of each row alone."""
    row, _, column = largest(similar, n)
    sorted_rows = similar.sorted_indices()
    keys = (
        np.repeat(np.arange(similar.shape[0]), np.diff(sorted_rows.indptr)) * similar.shape[1]
        + sorted_rows.indices
    )
    values = sorted_rows.data[np.searchsorted(keys, row * similar.shape[1] + column)]
    return scipy.sparse.csr_matrix((values, (row, column)), shape=similar.shape)


def _of_block(rows: Sparse, n: int, bits: int, begin: int) -> tuple[Numbers, Numbers, Numbers]:
    """Pack row, value upside down and column into one number each; sorted they stand as they are asked for."""
    number = np.repeat(np.arange(rows.shape[0], dtype=np.uint64), np.diff(rows.indptr))
    packed = (number << np.uint64(WORD) | _falling(rows.data)) << np.uint64(bits) | rows.indices.astype(
        np.uint64
    )
    packed.sort()
    place = np.arange(len(packed)) - rows.indptr[number]
    kept = place < n
    column = (packed[kept] & np.uint64((1 << bits) - 1)).astype(np.int64)
    return number[kept].astype(np.int64) + begin, place[kept], column


def _falling(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Return whole numbers that fall as values rise: the bits of a float, turned so that they rise with it, upside down."""
    told = (values.astype(np.float32) + np.float32(0)).view(np.uint32)
    return (~np.where(told & SIGN, ~told, told | SIGN)).astype(np.uint64)
