"""Serve the living page on this machine: ``python -m tests.gallery [port]``."""

import sys

import uvicorn

from tests.gallery.application import create_gallery

uvicorn.run(create_gallery(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8400)
