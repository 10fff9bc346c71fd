"""A seeded simulation of six companies' hiring seasons, as webhooks of their systems."""
