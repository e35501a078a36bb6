"""Logs without personal data, metrics and traces of a running service."""
