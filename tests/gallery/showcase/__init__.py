"""What the gallery shows: the shared components with made-up words."""
