"""Greenhouse Recruiting adapter: webhooks with a snapshot of one application."""
