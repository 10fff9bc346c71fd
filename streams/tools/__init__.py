"""Tools: one module a command, apart from the roles."""
