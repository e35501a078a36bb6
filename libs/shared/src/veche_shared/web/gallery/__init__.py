"""The living page of the design: every component with long, real-looking content, in both languages.

A service of its own kind: it uses :class:`veche_shared.web.Pages` as each service does.
``python -m veche_shared.web.gallery`` serves it at http://127.0.0.1:8400/design.
"""

from veche_shared.web.gallery.application import create_gallery, gallery_router

__all__ = ["create_gallery", "gallery_router"]
