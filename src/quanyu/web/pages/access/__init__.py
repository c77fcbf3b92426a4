"""One's own account, the users of the shop, and who did what."""
