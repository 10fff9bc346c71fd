"""Statistics on the standard library only: censored cohorts, small-sample rates, forecasts and decompositions of change."""
