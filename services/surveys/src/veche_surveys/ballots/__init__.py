"""Ballots: the votes that count, those that do not and why, and the tally that is always their count."""
