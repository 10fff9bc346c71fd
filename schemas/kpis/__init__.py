"""KPIs: what a definition is, the catalogue of them, and those that are durations."""
