"""The one error of an installation that was configured wrong, beside the settings themselves."""


class ConfigurationError(Exception):
    """What the settings name cannot be used; the message says what and why, for whoever starts the service."""
