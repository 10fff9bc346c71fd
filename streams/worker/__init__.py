"""The worker role: Faust owns the partitions, these modules keep the exact tables."""
