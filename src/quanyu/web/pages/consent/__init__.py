"""Consent: who may be written to through which channel, and what one person or contact said, with the proof."""
