"""Notices: which changes of a case its author hears of, and what is said."""
