"""Offline checks of what operators run: no Docker, no cluster, no network. `python -m deploy.checks` runs them all.

Each check is a function of the repository's folder that returns its findings, one sentence each; none means that all
is well. What decides is pure and takes parsed documents, so that it is tested on small examples.
"""
