"""RFM: buyers by recency, frequency and money."""

from quanyu.understand.rfm.rfm_map import Buyer, RfmMap, rfm_map, rfm_members

__all__ = ["Buyer", "RfmMap", "rfm_map", "rfm_members"]
