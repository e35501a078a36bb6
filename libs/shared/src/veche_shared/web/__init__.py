"""Pages for people: templates, words in two languages, design tokens, static files. See README.md."""

from veche_shared.web.localisation import Language, choose_language
from veche_shared.web.slices import slices_of
from veche_shared.web.static_files import mount_static
from veche_shared.web.templating import Pages, Viewer, wants_fragment, wants_page

__all__ = [
    "Language",
    "Pages",
    "Viewer",
    "choose_language",
    "mount_static",
    "slices_of",
    "wants_fragment",
    "wants_page",
]
