"""Polls, ballots and tallies that are at every moment the count of the ballots."""
