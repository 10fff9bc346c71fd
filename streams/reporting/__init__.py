"""Reports of a period: what they hold, read from the same views as the boards."""
