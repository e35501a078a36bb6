"""Keys of channels and accounts of staff in the installation that runs here."""
