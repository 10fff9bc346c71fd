"""Plans: periods, targets, what they have come to and what they will come to."""
