"""Participation: the pages on which people find a poll, vote and see what became of it, and the results as JSON."""
