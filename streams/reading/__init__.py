"""Queries of KPIs and plans that the tools and the boards share."""
