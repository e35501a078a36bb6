"""The vault of personal data: who wrote, and where to answer. Nothing of it leaves but through one guarded door."""
