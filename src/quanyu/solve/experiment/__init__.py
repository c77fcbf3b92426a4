"""Statistics of controlled experiments, from counts, means and centred co-moments: one statistic per file."""
