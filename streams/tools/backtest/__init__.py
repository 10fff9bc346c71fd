"""Alert rules judged on history before they are used."""
