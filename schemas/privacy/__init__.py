"""Erasing a person: which ids name them, and the pseudonyms that replace these ids."""
