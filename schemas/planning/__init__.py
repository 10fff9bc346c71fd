"""Planning: periods, targets, actuals and forecasts."""
