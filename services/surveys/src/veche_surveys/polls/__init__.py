"""Polls: a question to the city, its options, when votes on it count, and how poll administrators hold it."""
