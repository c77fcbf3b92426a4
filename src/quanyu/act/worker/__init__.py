"""The worker: what a server does beside answering requests."""
