"""Alerting: the watch finds breaches in the cells, the dispatcher sends them to Alertmanager."""
