"""The JSON API: any channel's program hands in appeals and votes, one by one or up to a thousand together."""
