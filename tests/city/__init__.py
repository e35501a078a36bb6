"""A whole city under test: the gateway and the four services as real processes on the session's Kafka and MongoDB."""
