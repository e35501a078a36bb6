"""An SMTP server that stores e-mails in a folder and sends none: notices to citizens can be read there."""
