"""The rows of the KPI catalogue, by what they are about."""
