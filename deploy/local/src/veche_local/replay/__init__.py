"""Replay: a history file is sent through the HTTP door, and every row is accounted for."""
