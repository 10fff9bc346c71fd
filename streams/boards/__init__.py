"""The two renderers of boards: Grafana's JSON, and a local page with live numbers."""
