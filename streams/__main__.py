"""`python -m streams` is `hirelay`."""

from streams.cli.main import main

main()
