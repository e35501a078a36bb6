"""The city that an installation serves: what all services know of it, read from its pack (docs/city-pack.md)."""

from veche_shared.city.files import DEFAULT_PACK, PackError, find_pack, load_city, read_pack_file, validation_faults
from veche_shared.city.model import City, PackPart

__all__ = [
    "DEFAULT_PACK",
    "City",
    "PackError",
    "PackPart",
    "find_pack",
    "load_city",
    "read_pack_file",
    "validation_faults",
]
