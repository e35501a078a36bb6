"""One way to make a page: the templates of a service's slices over the shared ones, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Final, Literal, Protocol, cast
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request

from veche_shared.city import City
from veche_shared.clock import Clock
from veche_shared.web.localisation import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    CityFormats,
    Language,
    Messages,
    as_language,
    choose_language,
)
from veche_shared.web.navigation import Navigation, links
from veche_shared.web.slices import SHARED, Slice
from veche_shared.web.static_files import icon, static_url

Theme = Literal["auto", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("auto", "light", "dark")
THEME_COOKIE: Final = "veche_theme"

NO_NAVIGATION: Final = Navigation()

_A_YEAR_IN_SECONDS: Final = 365 * 24 * 3600

# Everything comes from the service itself: no inline script or style, no frame around, no foreign form target.
_POLICY: Final[Mapping[str, str]] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY: Final = "; ".join(f"{directive} {source}" for directive, source in _POLICY.items())
_PAGE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    # The address of a status page holds the tracking code: no other site may learn it.
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language, HX-Request",
    "X-Content-Type-Options": "nosniff",
}

_ERRORS_WITH_WORDS: Final = frozenset({400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503})

_COMPONENTS: Final = (
    "brand",
    "button",
    "chart",
    "chip",
    "empty",
    "facts",
    "form",
    "keys",
    "notice",
    "options",
    "pagination",
    "rows",
    "section",
    "site_nav",
    "table",
    "timeline",
)


class Viewer(Protocol):
    """The member of staff who looks at a page, as the staff layout shows them."""

    @property
    def name(self) -> str:
        """The person's name as the header shows it."""
        ...

    @property
    def roles(self) -> Collection[str]:
        """Codes of the roles; they choose what the header links to."""
        ...


def nobody(_request: Request) -> Viewer | None:
    """The viewer of a service without staff pages."""
    return None


def as_theme(value: str | None) -> Theme | None:
    """The theme that ``value`` names, or None."""
    return value if value in THEMES else None


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page to put into the present one, and not for a page of its own."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def wants_page(path: str, accept: str | None) -> bool:
    """Whether an error on ``path`` is answered with a page for a person; else with a problem document for a program."""
    is_api = path.startswith(("/api/", "/internal/", "/openapi/", "/health/", "/metrics"))
    return not is_api and "text/html" in (accept or "")


class Pages:
    """Renders the pages and fragments of one service; made once, in the service's bootstrap."""

    def __init__(
        self,
        slices: Sequence[Slice],
        city: City,
        *,
        now: Clock,
        viewer_of: Callable[[Request], Viewer | None] = nobody,
        navigation: Navigation = NO_NAVIGATION,
    ) -> None:
        """Take what ``slices`` show (``slices_of("veche_surveys")``) beside the shared layouts, components and words.

        ``now`` is the service's clock (aware). ``viewer_of`` reads the signed-in member of staff out of a request
        without asking a database: it runs for every page. ``navigation`` is what header and footer lead to.
        """
        self.slices: Final = tuple(slices)
        self._city = city
        self._viewer_of = viewer_of
        self._navigation = navigation
        self._environments = {language: component_environment(slices, city, language, now) for language in LANGUAGES}

    def render(
        self, request: Request, name: str, context: Mapping[str, object] | None = None, status: int = 200
    ) -> HTMLResponse:
        """A page or a fragment from the template ``name``, with the headers and cookies that every page has.

        Beside ``context`` a template knows ``path``, ``theme``, ``viewer``, ``city_name``, ``navigation``,
        ``public_links``, ``staff_links``, ``language_links`` and ``theme_links``. Raises jinja2.UndefinedError for a
        name that nobody gave, MessageError for a missing message.
        """
        language = self.language(request)
        theme = _chosen_theme(request)
        viewer, path = self._viewer_of(request), request.url.path
        roles = viewer.roles if viewer else ()
        text = (
            self._environments[language]
            .get_template(name)
            .render(
                {
                    **(context or {}),
                    "city_name": self._city.names[language],
                    "language_links": {other: _with_query(request, "lang", other) for other in LANGUAGES},
                    "navigation": self._navigation,
                    "path": path,
                    "public_links": links(self._navigation.public.entries, language, path),
                    "staff_links": links(self._navigation.staff.entries, language, path, roles),
                    "theme": theme,
                    "theme_links": {other: _with_query(request, "theme", other) for other in THEMES},
                    "viewer": viewer,
                }
            )
        )
        response = HTMLResponse(text, status_code=status, headers=dict(_PAGE_HEADERS))
        # What one person saw must not be in the cache for the next person at the same machine.
        response.headers["Cache-Control"] = "no-store" if viewer else "private, no-cache"
        _remember_choices(request, response)
        return response

    def error(
        self, request: Request, status: int, *, request_id: str | None = None, kept: bool = False
    ) -> HTMLResponse:
        """The page about an error, for a person: what happened, what to do, and the id to name to an operator.

        Where htmx asked for a part, it is a message in the corner instead: what the person was writing stays.
        ``kept`` says that nothing the person sent was lost; pass it only where that is true.
        """
        context = {"status": status, "kind": _error_kind(status), "request_id": request_id, "kept": kept}
        if not wants_fragment(request):
            return self.render(request, "error.html", context, status)
        response = self.render(request, "error_toast.html", context, status)
        response.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
        return response

    def language(self, request: Request) -> Language:
        """The language in which this request is answered."""
        return choose_language(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
        )

    def messages(self, language: Language) -> Messages:
        """The service's messages in a language, for words that no template says (a mail, a field error)."""
        return cast("Messages", self._environments[language].globals["t"])

    def formats(self, language: Language) -> CityFormats:
        """The city's dates and numbers in a language, for text that does not come out of a template."""
        return cast("CityFormats", self._environments[language].globals["formats"])


def template_loader(slices: Sequence[Slice]) -> BaseLoader:
    """Finds ``polls/poll.html`` in the slice ``polls``, and what no slice has among the shared templates."""
    own = {one.name: FileSystemLoader(one.templates) for one in slices}
    return ChoiceLoader([PrefixLoader(own), FileSystemLoader(SHARED.templates)])


def component_environment(slices: Sequence[Slice], city: City, language: Language, now: Clock) -> Environment:
    """The templates of ``slices`` in one language: macros then know their words without being handed the language."""
    messages = Messages(language, slices)
    formats = CityFormats(language, city.zone, now, messages)
    environment = Environment(
        loader=template_loader(slices),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {
            "t": messages,
            "language": language,
            "formats": formats,
            "icon": icon,
            "static": partial(static_url, slices=slices),
        }
    )
    environment.filters.update(
        {
            "brief": formats.brief,
            "day": formats.day,
            "moment": formats.moment,
            "number": formats.number,
            "percent": formats.percent,
            "remaining": formats.remaining,
            "remaining_brief": formats.remaining_brief,
            "term": formats.term,
            "time": formats.time,
        }
    )
    environment.globals["ui"] = _components(environment)
    return environment


def _components(environment: Environment) -> SimpleNamespace:
    """The macros of templates/components, all under one name: ``ui.field(…)`` needs no import in any template."""
    components = SimpleNamespace()
    environment.globals["ui"] = components
    for name in _COMPONENTS:
        vars(components).update(
            {
                key: value
                for key, value in vars(environment.get_template(f"components/{name}.html").module).items()
                if not key.startswith("_")
            }
        )
    return components


def _chosen_theme(request: Request) -> Theme:
    return as_theme(request.query_params.get("theme")) or as_theme(request.cookies.get(THEME_COOKIE)) or "auto"


def _with_query(request: Request, key: str, value: str) -> str:
    """The present page's address with one parameter of the query changed, so that a switch works without JavaScript."""
    kept = [(name, given) for name, given in request.query_params.multi_items() if name != key]
    return f"?{urlencode([*kept, (key, value)])}"


def _error_kind(status: int) -> str:
    """Which error has words for ``status``: itself, or the most general one of its class."""
    if status in _ERRORS_WITH_WORDS:
        return str(status)
    return "400" if 400 <= status < 500 else "500"


def _remember_choices(request: Request, response: HTMLResponse) -> None:
    secure = request.url.scheme == "https"
    for cookie, value in (
        (LANGUAGE_COOKIE, as_language(request.query_params.get("lang"))),
        (THEME_COOKIE, as_theme(request.query_params.get("theme"))),
    ):
        if value is not None:
            response.set_cookie(cookie, value, max_age=_A_YEAR_IN_SECONDS, samesite="lax", secure=secure)
