"""Order files as the platforms export them."""

from quanyu.world.export.platform.douyin import write_douyin
from quanyu.world.export.platform.jd import write_jd
from quanyu.world.export.platform.shopify import write_shopify
from quanyu.world.export.platform.taobao import write_taobao
from quanyu.world.export.platform.youzan import write_youzan

__all__ = ["write_douyin", "write_jd", "write_shopify", "write_taobao", "write_youzan"]
