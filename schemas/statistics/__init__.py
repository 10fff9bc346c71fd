"""Arithmetic of samples: cohorts with open ends, rates of few, forecasts, and what explains a change. Standard library only."""
