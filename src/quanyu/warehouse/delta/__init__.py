"""Delta tables on Parquet files: written, checked and tidied."""

from quanyu.warehouse.delta import check, delta, tidy

__all__ = ["check", "delta", "tidy"]
