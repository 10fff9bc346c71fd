"""Tools: one module or package per command, separate from the roles."""
