"""WeCom (企业微信): messages of an app to the shop's staff, and tasks by which staff write to customers."""
