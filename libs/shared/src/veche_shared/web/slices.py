"""Which parts of a service show something: its sub-packages with ``templates/``, ``locales/`` or ``static/``.

Found by convention, so that a new slice is one new folder and no line elsewhere. A template is named with its slice
(``polls/poll.html``), a static file with its service and slice (``surveys/polls/poll.css``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

_SHOWN: Final = ("templates", "locales", "static")
_SHARED_FOLDERS: Final = frozenset({"layout", "components"})
"""First part of the names of shared templates: no slice may be called so."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a service that brings templates, messages or static files. ``folder`` is that of its package."""

    service: str
    name: str
    folder: Path

    @property
    def templates(self) -> Path:
        """The templates of this slice; there may be none."""
        return self.folder / "templates"

    @property
    def locales(self) -> Path:
        """The catalogues of this slice, one a language; there may be none."""
        return self.folder / "locales"

    @property
    def static(self) -> Path:
        """The styles and scripts of this slice; there may be none."""
        return self.folder / "static"

    @property
    def static_prefix(self) -> str:
        """How the names of its static files begin."""
        return f"{self.service}/{self.name}/"


SHARED: Final = Slice("veche", "shared", Path(str(resources.files("veche_shared.web"))).resolve())
"""What every service has: layouts, components, the words in them, tokens and base styles."""


def slices_of(package: str) -> tuple[Slice, ...]:
    """The slices of a service's package, in the order of their paths; the service is its name without ``veche_``.

    Folders that are no packages (data of a city, say) are not looked into. Raises ValueError for two slices of one
    name, and for a name that shared templates begin with.
    """
    service = package.rpartition(".")[2].removeprefix("veche_")
    root = Path(str(resources.files(package))).resolve()
    found = tuple(Slice(service, folder.name, folder) for folder in _packages_below(root) if _shows_something(folder))
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1 or name in _SHARED_FOLDERS:
            raise ValueError(f"{package}: a slice cannot be called {name}, the name is taken")
    return found


def _packages_below(folder: Path) -> Iterator[Path]:
    for inner in sorted(folder.iterdir()):
        if (inner / "__init__.py").is_file():
            yield inner
            yield from _packages_below(inner)


def _shows_something(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in _SHOWN)
