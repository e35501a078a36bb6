"""Makes the skeleton of a slice or of a connector: its folder, its test, and its line in the list of modules."""
