"""`hirelay plan`: targets beside actuals and forecasts."""
