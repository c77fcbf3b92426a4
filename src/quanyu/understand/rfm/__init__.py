"""RFM: buyers by recency, frequency and money."""

from quanyu.understand.rfm.rfm_map import GroupSize, RfmMap, rfm_map

__all__ = ["GroupSize", "RfmMap", "rfm_map"]
