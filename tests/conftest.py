"""Makes the real servers of `tests/backend` available to every test."""

pytest_plugins = ["tests.backend.plugin"]
