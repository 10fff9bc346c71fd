"""The flow: roles, tools and the command line."""
