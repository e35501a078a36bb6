"""Kafka: one publisher (the relay) and one kind of consumer (the batch), with what keeps both from losing anything."""
