"""Which test of an ad channel's spend would tell most."""

from quanyu.decide.spend_test.spend_test_read import FIGURES, SpendTests, SpendTestView, spend_test_view

__all__ = ["FIGURES", "SpendTestView", "SpendTests", "spend_test_view"]
