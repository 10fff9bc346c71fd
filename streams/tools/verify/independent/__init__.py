"""The independent reading: a naive counter of one application's story that shares no code with the fold."""
