"""An installation under test: the gateway and the four services as processes on the session's Kafka and MongoDB."""
