"""Sequential detectors whose false alarms are bounded by a budget."""
