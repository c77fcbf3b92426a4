"""Messages of the shop's WeChat account."""
