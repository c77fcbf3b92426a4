"""Delta tables on Parquet files: written, checked and tidied."""

from quanyu.warehouse.delta import delta, tidy
from quanyu.warehouse.delta.check import State, digest, fault_of, gone, state_of

__all__ = ["State", "delta", "digest", "fault_of", "gone", "state_of", "tidy"]
