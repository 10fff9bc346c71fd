"""The gateway over HTTP: server, routes, limits and answers."""
