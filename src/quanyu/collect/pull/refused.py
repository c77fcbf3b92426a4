"""Rows that are read again and refused again: they were refused once, so they are kept once."""

from __future__ import annotations

import re

from quanyu.workspace import Workspace


def forget_refused_before(ws: Workspace, name: str, file: str, n_before: int) -> int:
    """Take out of `rejects` what the first `n_before` batches of a source say and a later one, `file`, says again.

    Returns how many rows went.
    """
    rejects = ws.warehouse.table("rejects")
    number = rejects.file.re_extract(f"^{re.escape(name)}-(\\d+)[.]parquet$", 1).try_cast("int64")
    again = rejects.filter(rejects.file == file).select("reason", "content").distinct()
    gone = rejects.filter(number <= n_before).semi_join(again, ["reason", "content"])
    n_gone = int(ws.warehouse.read(gone.aggregate(n=gone.count())).column(0)[0].as_py())
    if n_gone:
        with ws.writing():
            ws.warehouse.merge("rejects", rejects.limit(0), by="collect", gone=gone)
    return n_gone
