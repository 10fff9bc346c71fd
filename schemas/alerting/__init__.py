"""Alert rules, the breaches they find, and the messages about them."""
