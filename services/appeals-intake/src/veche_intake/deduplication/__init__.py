"""Storing once what callers may send twice: by keys that the caller controls, kept unique by the database."""
