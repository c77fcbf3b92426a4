"""RFM: buyers by recency, frequency and money."""

from quanyu.understand.rfm.rfm_map import RfmMap, rfm_map

__all__ = ["RfmMap", "rfm_map"]
