"""Engines only: the single home of duckdb, pyspark and deltalake."""
