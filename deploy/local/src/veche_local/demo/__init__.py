"""The demonstration: accounts to sign in with, and what moves the feed."""
