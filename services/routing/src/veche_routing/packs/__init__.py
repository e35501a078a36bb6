"""Routing's part of the city pack: who is responsible for what and where, and within which terms, as dated data."""
