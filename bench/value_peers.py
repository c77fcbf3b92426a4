"""One peer of `bench.understand_value`, in an environment of its own: `PYTHON value_peers.py NAME LOG.parquet`.

Prints one line of JSON: seconds and processor seconds from the log to the fitted BG/NBD, and its parameters in
weeks. Imports are not counted.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from typing import Any

END = "1997-09-30"


def with_lifetimes(log: Any) -> dict[str, float]:
    from lifetimes import BetaGeoFitter
    from lifetimes.utils import summary_data_from_transaction_data

    rows = summary_data_from_transaction_data(log, "customer", "date", observation_period_end=END, freq="D")
    model = BetaGeoFitter()
    model.fit(rows["frequency"], rows["recency"] / 7, rows["T"] / 7)
    return {name: float(model.params_[name]) for name in ("r", "alpha", "a", "b")}


def with_pymc_marketing(log: Any) -> dict[str, float]:
    from pymc_marketing import clv

    rows = clv.utils.rfm_summary(log, "customer", "date", observation_period_end=END, time_unit="D")
    rows["recency"], rows["T"] = rows["recency"] / 7, rows["T"] / 7
    model = clv.BetaGeoModel(data=rows)
    model.fit(method="map", progressbar=False)
    found = model.idata.posterior
    return {name: float(found[name].mean()) for name in ("r", "alpha", "a", "b")}


PEERS = {"lifetimes": with_lifetimes, "pymc-marketing": with_pymc_marketing}


def measure_peer(name: str, file: str) -> None:
    import pandas as pd

    if name == "lifetimes":
        import lifetimes  # noqa: F401
    else:
        import pymc_marketing.clv  # noqa: F401
    started, busy = time.perf_counter(), time.process_time()
    log = pd.read_parquet(file, columns=["customer_id", "date"]).rename(columns={"customer_id": "customer"})
    log["date"] = pd.to_datetime(log["date"])
    found = PEERS[name](log)
    spent, cpu = time.perf_counter() - started, time.process_time() - busy
    told = {"version": importlib.metadata.version(name), "seconds": round(spent, 2), "cpu": round(cpu, 2)}
    print(json.dumps(told | {key: round(value, 4) for key, value in found.items()}))


if __name__ == "__main__":
    measure_peer(*sys.argv[1:])
