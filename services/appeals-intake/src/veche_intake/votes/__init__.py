"""Votes as received: one a person and poll, stored once, announced on the topic ``votes``."""
