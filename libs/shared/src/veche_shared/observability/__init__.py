"""What an operator sees of a running service: logs without personal data, metrics, traces."""
