"""Backtests of alert rules on history before they are used."""
