"""Makes the real servers of `tests/backend` available to every test."""

from hypothesis import settings

pytest_plugins = ["tests.backend.plugin"]

# How long one example takes depends on what else the machine does: that is no failure of the code.
settings.register_profile("veche", deadline=None)
settings.load_profile("veche")
