"""The living page of the design: every shared component with long, real-looking content, in both languages.

For development only: it is no part of any package. It uses :class:`veche_shared.web.Pages` as each service does.
``python -m tests.gallery`` serves it at http://127.0.0.1:8400/design.
"""

from tests.gallery.application import NAVIGATION, SLICES, create_gallery

__all__ = ["NAVIGATION", "SLICES", "create_gallery"]
