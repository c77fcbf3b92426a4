"""Paths as text and as numbers: `search > mail > search` is how tables keep them, numbers are what models count."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.solve.attribution import Paths

JOIN = " > "


def parse(texts: pa.ChunkedArray | pa.Array) -> tuple[Paths, list[str]]:
    """Return paths, none of them empty, as numbers, and the channels that these number, in alphabetical order.

    >>> paths, names = parse(pa.array(["mail > search", "mail"]))
    >>> paths.keys.tolist(), paths.starts.tolist(), names
    ([0, 1, 0], [0, 2, 3], ['mail', 'search'])
    """
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    parts = pc.split_pattern(whole.cast(pa.string()), JOIN)
    coded = parts.flatten().dictionary_encode()
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    starts = parts.offsets.to_numpy().astype(np.int64)
    return Paths(place[coded.indices.to_numpy()], starts - starts[0], len(names)), [
        names[number] for number in order
    ]


def key_of(channel: str, campaign_id: str | None = None) -> str:
    """Return how tables write a channel, or a campaign of it.

    >>> key_of("sms"), key_of("baidu", "A > B")
    ('sms', 'baidu/A › B')
    """
    return (f"{channel}/{campaign_id}" if campaign_id else channel).replace(">", "›")
