"""Quanyu: one closed loop of omnichannel precision marketing."""
