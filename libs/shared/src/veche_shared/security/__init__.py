"""Who is asking, and may they: passwords, staff sessions, channel keys, codes, the services' own key, throttling."""
