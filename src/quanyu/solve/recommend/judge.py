"""How good lists are, against what people took later: hits, order, breadth, and how far they lean on what everybody takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quanyu.solve.recommend.counts import Numbers


@dataclass(frozen=True)
class Ranked:
    """Lists of everybody: entry k says that `item[k]` stands at `place[k]` (from 0) for `person[k]`."""

    person: Numbers
    place: Numbers
    item: Numbers


def judged(lists: Ranked, taken: tuple[Numbers, Numbers], popular: Numbers, *, n: int) -> Mapping[str, float]:
    """Return the figures of lists of `n`, over everybody who took something later; `popular[i]` counts who had item i before.

    `taken` is person and item, each pair once. With rel in {0, 1}: `hit_rate` is the share of people with a hit; `recall`
    the mean of hits / min(n, taken); `ndcg` the mean of DCG / best DCG, DCG = sum of rel / log2(place + 2) (Järvelin and
    Kekäläinen 2002); `coverage` the share of all items in some list; `novelty` the mean of -log2 of the share who had an item;
    `popularity` how many had the items of lists, on average, against how many had those that were taken (1: as they are taken).
    """
    person, item = taken
    people, n_taken = np.unique(person, return_counts=True)
    width = len(popular)
    shown = lists.place < n
    who, place, what = lists.person[shown], lists.place[shown], lists.item[shown]
    of_them = np.isin(who, people)
    who, place, what = who[of_them], place[of_them], what[of_them]
    is_hit = np.isin(who.astype(np.int64) * width + what, person.astype(np.int64) * width + item)
    row = np.searchsorted(people, who)
    hits = np.bincount(row[is_hit], minlength=len(people))
    gain = np.bincount(row[is_hit], weights=1 / np.log2(place[is_hit] + 2), minlength=len(people))
    ideal = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(n) + 2))))
    most = np.minimum(n_taken, n)
    share = np.maximum(popular[what], 1) / max(int(popular.sum()), 1)
    usual = float(popular[item].mean()) if len(item) else 0.0
    return {
        "n_people": float(len(people)),
        "hit_rate": _mean(hits > 0),
        "recall": _mean(hits / most),
        "ndcg": _mean(gain / ideal[most]),
        "coverage": len(np.unique(what)) / width if width else 0.0,
        "novelty": _mean(-np.log2(share)),
        "popularity": float(popular[what].mean()) / usual if len(what) and usual else 0.0,
    }


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else 0.0
