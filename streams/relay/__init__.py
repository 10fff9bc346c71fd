"""The relay role: the only writer of Career Relay's ledger, and what reads it."""
