"""Alerts: rules, the breaches they find, and what people read about them."""
