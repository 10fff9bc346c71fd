"""The boards, one module each; a panel is one entry."""
