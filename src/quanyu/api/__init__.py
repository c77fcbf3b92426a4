"""HTTP: thin routers, one per stage."""
