"""Notices: what a citizen is told by e-mail about their own case, how it is delivered, and the receipt that stays."""
