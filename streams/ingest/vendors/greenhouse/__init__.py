"""Greenhouse Recruiting: snapshots of one application, pushed by its webhooks."""
