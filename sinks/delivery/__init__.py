"""Ways in which the files of a report reach people: a folder, mail, a webhook."""
