"""Alerting: the watch finds breaches in the cells, the dispatcher tells Alertmanager of them."""
