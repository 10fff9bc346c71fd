"""Statistics: censored cohorts, small-sample rates, forecasts and decompositions of change."""
