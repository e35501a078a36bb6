"""The one error of an installation that was configured wrong, beside the settings themselves."""


class ConfigurationError(Exception):
    """A file that the settings name cannot be used; the message says which and why, for whoever starts the service."""
