"""Text for people: the languages, one table of words, and one formatter per unit. Nothing else decides by language."""
