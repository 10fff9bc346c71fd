"""Lever: ids and times of what happened to an opportunity, signed in the body."""
