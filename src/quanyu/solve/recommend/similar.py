"""Similarities of items: cosine of who had them, a linear model of all items at once (EASE), and what comes next."""

from __future__ import annotations

import numpy as np
import scipy

from quanyu.solve.recommend.counts import Counts, Sparse
from quanyu.solve.recommend.top import nearest


def cosine(counts: Counts, *, shrink: float, n_neighbours: int) -> Sparse:
    """Return both / (sqrt(one x other) + shrink) for the nearest other items of each, those that nobody had with it left out.

    Cosine similarity of the columns of people by items, shrunk where few had them (Sarwar et al. 2001; Aiolli 2013).
    """
    alone = counts.both.diagonal()
    pairs = counts.both.tocoo()
    apart = pairs.row != pairs.col
    row, column, weight = pairs.row[apart], pairs.col[apart], pairs.data[apart]
    value = weight / (np.sqrt(alone[row] * alone[column]) + shrink)
    return nearest(scipy.sparse.csr_matrix((value, (row, column)), shape=pairs.shape), n_neighbours)


def ease(counts: Counts, *, l2: float, n_neighbours: int | None = None) -> Sparse:
    """Return B = I - P diag(1 / diag P), P = (G + l2 I)^-1, of the item counts G; only the strongest of each item where asked.

    Embarrassingly shallow autoencoder (Steck 2019, arXiv 1905.03375): the linear model that gives each item from all others.
    It needs `ease_bytes` of memory, and time that grows with the cube of the number of items.
    """
    gram = counts.both.toarray()
    gram[np.diag_indices_from(gram)] += l2
    # By Cholesky, a third of the time of a general inverse; only the lower half of it is made.
    factor, _ = scipy.linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1, clean=1)
    lower, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = lower + np.tril(lower, -1).T
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    whole = scipy.sparse.csr_matrix(weights)
    return whole if n_neighbours is None else nearest(whole, n_neighbours)


def ease_bytes(n_items: int) -> int:
    """Return the bytes that `ease` takes at its peak: three square matrices of doubles."""
    return 3 * 8 * n_items**2


def followers(counts: Counts, *, n_neighbours: int) -> Sparse:
    """Return the share of each other item among those that came next after an item."""
    total = np.asarray(counts.then.sum(axis=1)).ravel()
    rows = np.repeat(np.arange(counts.n_items), np.diff(counts.then.indptr))
    shares = scipy.sparse.csr_matrix(
        (counts.then.data / total[rows], counts.then.indices, counts.then.indptr), shape=counts.then.shape
    )
    return nearest(shares, n_neighbours)
