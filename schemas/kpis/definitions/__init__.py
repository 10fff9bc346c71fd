"""The rows of the KPI catalogue, grouped by subject."""
