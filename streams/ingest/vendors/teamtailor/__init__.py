"""Teamtailor: what changed about an application, a candidate or a job, with a few of its attributes."""
