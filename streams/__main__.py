"""`python -m streams` is `hirelay`."""

from streams.cli import main

main()
