"""What every HTTP server of ours shares: which hosts and origins it answers."""
