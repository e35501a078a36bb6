"""Replay: sends a history file through the public API and accounts for every row."""
