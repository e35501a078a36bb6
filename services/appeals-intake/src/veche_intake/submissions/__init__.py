"""What appeals and votes have in common as something that is handed in: keys, dates, channels, and storing once."""
