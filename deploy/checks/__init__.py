"""Offline checks of the deployment files: no Docker, no cluster, no network. `python -m deploy.checks` runs them all.

Each check takes the folder of the repository and returns its findings, one sentence each. The rules are pure functions
of parsed documents, so that they are tested on small examples.
"""
