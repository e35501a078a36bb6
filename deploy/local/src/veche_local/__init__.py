"""The veche command: embedded Kafka, MongoDB and Caddy, the four services, demo, replay, dead letters."""
