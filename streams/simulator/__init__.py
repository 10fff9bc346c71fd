"""A seeded hiring season of three companies, told as their systems would send it."""
