"""What every event passes before it is accepted, whichever door it came through: ids, free texts and times."""
