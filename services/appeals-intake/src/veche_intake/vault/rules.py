"""What belongs into the vault."""

from __future__ import annotations

from veche_intake.vault.model import Author


def needs_vault(author: Author | None) -> bool:
    """Whether there is anything to keep about the author."""
    return author is not None and any((author.name, author.email, author.phone))
