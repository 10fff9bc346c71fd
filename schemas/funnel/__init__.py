"""The fold: what the events of one application contribute to the cells."""
