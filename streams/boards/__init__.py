"""Board specifications and their two renderers: Grafana JSON and a local page with live numbers."""
