"""The table `deliveries`: what the ledger records of sends, for analyses to read."""

from __future__ import annotations

import pyarrow as pa

from quanyu.ledger import list_campaigns, stream_sends
from quanyu.tables import contract
from quanyu.warehouse.open import Change
from quanyu.workspace import Workspace


def mirror(ws: Workspace) -> Change:
    """Bring every send of the ledger into `deliveries`; equal rows change nothing.

    `sent_at` is the moment at which the audience was frozen, for treated and control people alike: both arms are
    observed from the same moment.
    """
    frozen = {one.campaign_id: one.frozen_at for one in list_campaigns(ws.ledger)}
    schema = pa.schema(contract("deliveries").schema.to_pyarrow())

    def batches() -> pa.RecordBatchReader:
        for rows in stream_sends(ws.ledger):
            for row in rows:
                row["send_id"] = f"{row['campaign_id']}:{row['step']}:{row['person_id']}"
                row["sent_at"] = frozen[row["campaign_id"]]
            yield pa.RecordBatch.from_pylist(rows, schema=schema)

    return ws.warehouse.merge("deliveries", pa.RecordBatchReader.from_batches(schema, batches()), by="act")
