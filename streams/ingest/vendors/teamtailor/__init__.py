"""Teamtailor adapter: changes of applications, candidates and jobs, with a few attributes."""
