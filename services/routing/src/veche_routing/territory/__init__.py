"""Where an appeal is about: an address as people write it becomes a territory, a street and a house. Never a flat."""
