"""The city packs that come with Veche: a folder of data files for each city (docs/city-pack.md). No code."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""The folder that holds a folder for each city."""
