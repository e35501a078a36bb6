"""Keeps the parts of a local installation running: starts them in order, restarts what dies, stops in order."""
