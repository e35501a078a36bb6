"""How an OpenAPI document refers to the schema of a problem. Apart, since pure models of answers need it too."""

from __future__ import annotations

from typing import Final

PROBLEM_REFERENCE: Final = "#/components/schemas/ProblemDocument"

__all__ = ["PROBLEM_REFERENCE"]
