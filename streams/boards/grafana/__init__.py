"""Boards as Grafana's JSON (classic schema), of the same specifications as the local page.

Plain dictionaries: `grafana-foundation-sdk` is a public preview that knows no ClickHouse query, whose newest version by number
describes Grafana 10.1, and that checks no value; the tests read what is made here with it instead.
"""
