"""Engines only: the single home of duckdb, pyspark and deltalake."""

from quanyu.warehouse.delta import Basis
from quanyu.warehouse.delta.check import State
from quanyu.warehouse.delta.erase import erase
from quanyu.warehouse.merge import Change
from quanyu.warehouse.open import Warehouse, open_warehouse
from quanyu.warehouse.partition_months import Partition
from quanyu.warehouse.staged import Rows

__all__ = ["Basis", "Change", "Partition", "Rows", "State", "Warehouse", "erase", "open_warehouse"]
