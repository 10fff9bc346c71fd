"""The command line, one module a kind of command; a role or tool is imported only when it runs."""
