"""A seeded hiring season of six companies, told as their systems would send it."""
