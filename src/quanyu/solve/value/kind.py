"""The models of staying and buying that compete for a shop."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.solve.value.mbg_nbd import MbgNbd
from quanyu.solve.value.pareto_nbd import ParetoNbd

KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {"bg_nbd": BgNbd, "mbg_nbd": MbgNbd, "pareto_nbd": ParetoNbd}
)
