"""`hirelay plan`: targets compared with actuals and forecasts."""
