"""Who earned a conversion: models of attribution over compressed paths, one per file."""
