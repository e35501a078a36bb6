"""Notices by e-mail, handed to one SMTP server."""
