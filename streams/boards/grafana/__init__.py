"""Grafana dashboard JSON (classic schema), generated from the specifications that the local page uses.

Plain dictionaries: `grafana-foundation-sdk` is a public preview without ClickHouse queries, its highest version number
describes Grafana 10.1, and it validates no values. The tests parse the generated JSON with it instead.
"""
