"""The board specifications, one module per board; a panel is one entry."""
