"""What the machine offers and whether that is enough."""
