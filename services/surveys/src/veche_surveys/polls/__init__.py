"""Polls: a question to the city, its options, and when votes on it count."""
