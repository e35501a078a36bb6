"""A real SMTP server that keeps letters in a folder: notices can be read, nobody is written to."""
