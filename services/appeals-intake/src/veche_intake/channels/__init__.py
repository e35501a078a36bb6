"""Channels by which people reach the city, and the keys by which programs speak for a channel."""
