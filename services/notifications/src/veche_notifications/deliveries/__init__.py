"""Deliveries: each notice on its way to one person, by one carrier, until it has arrived or will not."""
