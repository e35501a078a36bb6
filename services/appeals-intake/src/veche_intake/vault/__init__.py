"""The vault of personal data: who wrote, and where to answer. It leaves intake by one guarded route alone."""
