"""What a report holds: sections of panels with numbers, texts and their sources, and the sentences about them."""
