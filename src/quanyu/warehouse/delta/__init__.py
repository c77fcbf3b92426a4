"""Delta tables on Parquet files: written, checked and tidied."""

from quanyu.warehouse.delta import check, delta, tidy, upkeep
from quanyu.warehouse.delta.delta import Basis

__all__ = ["Basis", "check", "delta", "tidy", "upkeep"]
