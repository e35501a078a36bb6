"""What the header of every page leads to. An installation says so in one file, the same for all of its services."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from veche_shared.configuration import ConfigurationError
from veche_shared.web.localisation import Language

Href = Annotated[str, StringConstraints(pattern=r"^/(?:[^/\\\s][^\\\s]*)?$", max_length=200)]
"""A path behind the installation's own address."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class NavigationError(ConfigurationError):
    """The file of the navigation cannot be read or is wrong; the message names the file and each fault."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NavigationEntry(_Part):
    """One link of the header: where it leads, its words, and the staff's roles that see it (all, if none is named)."""

    href: Href
    ru: Name
    en: Name
    roles: frozenset[str] = frozenset()

    def label(self, language: Language) -> str:
        """Its words in a language."""
        return self.en if language == "en" else self.ru


class PublicNavigation(_Part):
    """The header of pages for everybody. ``home`` is where the city's name leads."""

    home: Href = "/"
    entries: tuple[NavigationEntry, ...] = ()


class StaffNavigation(_Part):
    """The header of pages for staff. Without ``sign_in`` no page leads there; without ``sign_out`` no button does;
    without ``account`` the person's name leads nowhere.
    """

    home: Href = "/"
    sign_in: Href | None = None
    sign_out: Href | None = None
    account: Href | None = None
    entries: tuple[NavigationEntry, ...] = ()


class Navigation(_Part):
    """Everything that the pages of an installation link to besides what they are about."""

    public: PublicNavigation = PublicNavigation()
    staff: StaffNavigation = StaffNavigation()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it; ``is_current`` where it leads to that page or to the part that the page is in."""

    href: str
    label: str
    is_current: bool


def links(
    entries: Sequence[NavigationEntry], language: Language, path: str, roles: Collection[str] = ()
) -> tuple[Link, ...]:
    """The entries that somebody with ``roles`` sees on the page ``path``."""
    return tuple(
        Link(entry.href, entry.label(language), is_current=_leads_to(entry.href, path))
        for entry in entries
        if not entry.roles or entry.roles & set(roles)
    )


def _leads_to(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))


def read_navigation(file: Path | None) -> Navigation:
    """The navigation that a TOML file describes; without a file, pages without links. Raises NavigationError."""
    if file is None:
        return Navigation()
    try:
        return Navigation.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise NavigationError(f"{file}: {'; '.join(faults)}") from error
    except (OSError, ValueError) as error:
        raise NavigationError(f"{file}: {error}") from error
