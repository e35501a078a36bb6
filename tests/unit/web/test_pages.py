"""What every page has: language, policy, caching, cookies, header; and what a hostile text cannot do."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse
from httpx2 import ASGITransport, AsyncClient, Response
from jinja2 import UndefinedError

from tests.gallery import NAVIGATION, SLICES, create_gallery
from veche_shared.calendar import Remaining
from veche_shared.city import load_city
from veche_shared.web import Pages, wants_fragment, wants_page
from veche_shared.web.components import Chip

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
GALLERY_PAGES = [
    "/design",
    "/design/split",
    "/design/split/cases/Д-2026-000148",
    "/design/split/cases/Д-2026-000148/panel",
    "/design/split/rows",
    "/design/sign-in",
    "/design/sign-in?failed",
    "/design/errors/404",
    "/design/errors/503",
]


GALLERY = create_gallery()
SIGN_IN = {"login": "", "error": None, "next": None}


async def get(path: str, cookies: str = "") -> Response:
    async with AsyncClient(transport=ASGITransport(app=GALLERY), base_url="http://veche.test") as client:
        return await client.get(path, headers={"Cookie": cookies} if cookies else {})


@dataclass(frozen=True)
class Officer:
    name: str
    roles: tuple[str, ...]


def request_of(path: str = "/", query: str = "", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "server": ("veche.test", 443),
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )


@cache
def pages(viewer: Officer | None = None) -> Pages:
    city = load_city("dzerzhinsk")
    return Pages(SLICES, city, now=lambda: NOW, viewer_of=lambda _request: viewer, navigation=NAVIGATION)


def text_of(response: HTMLResponse) -> str:
    return bytes(response.body).decode()


@pytest.mark.parametrize("path", GALLERY_PAGES)
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_no_page_needs_what_the_policy_forbids(path: str, language: str) -> None:
    response = await get(path, cookies=f"veche_lang={language}")
    assert re.search(r"<[^>]*\sstyle=", response.text) is None
    assert re.search(r"<style|<script(?![^>]*\ssrc=)", response.text) is None
    assert re.search(r"<[^>]*\s(on[a-z]+|hx-on[:a-z-]*)=", response.text) is None
    assert re.search(r'="(https?:)?//', response.text) is None


@pytest.mark.parametrize("path", GALLERY_PAGES)
async def test_every_page_and_fragment_carries_the_policy(path: str) -> None:
    policy = (await get(path)).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_a_page_is_russian_by_default_and_says_so() -> None:
    response = await get("/design")
    assert '<html lang="ru"' in response.text
    assert "Как выглядит «Вече» · Вече, Дзержинск" in response.text


async def test_the_language_that_is_asked_for_is_remembered() -> None:
    response = await get("/design?lang=en")
    assert '<html lang="en"' in response.text
    assert "veche_lang=en" in response.headers["set-cookie"]
    assert '<html lang="en"' in (await get("/design", cookies="veche_lang=en")).text


async def test_the_theme_works_without_a_script() -> None:
    response = await get("/design?theme=dark")
    assert 'data-theme="dark"' in response.text
    assert "veche_theme=dark" in response.headers["set-cookie"]
    assert 'data-theme="dark"' in (await get("/design", cookies="veche_theme=dark")).text


def test_a_crooked_address_does_not_make_the_switches_lead_elsewhere() -> None:
    page = text_of(pages().error(request_of("//evil.example/"), 404))
    assert "evil.example" not in page


async def test_a_stranger_cannot_plant_a_cookie_or_a_theme() -> None:
    response = await get('/design?theme="><script>&lang=fr')
    assert "set-cookie" not in response.headers
    assert 'data-theme="auto"' in response.text


def test_choices_are_remembered_over_https_only_where_the_page_came_by_https() -> None:
    response = pages().render(request_of(query="lang=en"), "directory/sign_in.html", SIGN_IN)
    assert "Secure" in response.headers["set-cookie"]


def test_the_switches_keep_the_rest_of_the_address() -> None:
    page = text_of(
        pages().render(request_of("/a/Д-2026-000148", "code=K7QM&lang=en"), "directory/sign_in.html", SIGN_IN)
    )
    assert 'href="?code=K7QM&amp;lang=ru"' in page


def test_a_page_of_somebody_signed_in_is_kept_in_no_cache() -> None:
    officer = Officer("Н. Воеводина", ("officer",))
    mine = pages(officer).render(request_of(), "showcase/split.html", {"rows": []})
    open_to_all = pages().render(request_of(), "showcase/split.html", {"rows": []})
    assert mine.headers["cache-control"] == "no-store"
    assert open_to_all.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("roles", "addresses"),
    [
        (["officer"], ["/desk"]),
        (["coordinator"], ["/desk", "/triage"]),
        (["poll_admin"], ["/polls/manage"]),
        ([], []),
    ],
)
def test_the_staff_header_links_to_what_the_roles_may_open(roles: list[str], addresses: list[str]) -> None:
    page = text_of(
        pages(Officer("Н. Воеводина", tuple(roles))).render(request_of(), "showcase/split.html", {"rows": []})
    )
    navigation = page.partition('<nav class="site-nav"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', navigation) == addresses
    assert "Н. Воеводина" in page


def test_the_header_of_everybody_leads_to_the_same_places_whoever_is_signed_in() -> None:
    for viewer, footer in ((None, "/sign-in"), (Officer("Н. Воеводина", ("officer",)), "/desk")):
        page = text_of(pages(viewer).error(request_of("/polls/0190"), 404))
        header, _, rest = page.partition("</header>")
        assert re.findall(r'<nav class="site-nav".*?</nav>', header, re.DOTALL)[0].count("<a ") == 3
        assert '<a href="/polls" aria-current="page">Опросы</a>' in header
        assert f'<a href="{footer}">' in rest.partition("<footer")[2]


def test_whoever_must_sign_in_is_led_there() -> None:
    assert 'href="/sign-in"' in text_of(pages().error(request_of("/desk"), 401)).partition("</header>")[2]


def test_without_a_navigation_nothing_is_led_to() -> None:
    bare = Pages(SLICES, load_city("dzerzhinsk"), now=lambda: NOW)
    page = text_of(bare.error(request_of("/desk"), 401))
    assert set(re.findall(r'href="(/[^"?]*)"', page.partition("<body")[2])) == {"/"}


def test_a_hostile_text_stays_text() -> None:
    context = {
        "number": '<img src=x onerror="alert(1)">',
        "due": NOW,
        "left": Remaining(3, "working_days", 0.5, "calm"),
        "history": [],
        "chip": Chip("<i>"),
        "words": ["<b>"],
        "level": 2,
    }
    page = text_of(pages().render(request_of(), "showcase/panel.html", context))
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "<mark>&lt;b&gt;</mark>" in page


def test_a_name_that_nobody_gave_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        pages().render(request_of(), "showcase/split.html", {})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_error_has_a_page_that_says_what_to_do(status: int, language: str) -> None:
    response = pages().error(request_of(query=f"lang={language}"), status, request_id="0199b7a2")
    assert response.status_code == status
    assert str(status) in text_of(response)
    assert "0199b7a2" in text_of(response)


def test_only_our_own_errors_are_called_our_own() -> None:
    assert "Это наша ошибка" in text_of(pages().error(request_of(), 507))
    assert "Это наша ошибка" not in text_of(pages().error(request_of(), 405))


def test_an_error_says_that_nothing_was_lost_only_where_that_is_true() -> None:
    assert "сохранено" not in text_of(pages().error(request_of(), 500))
    assert "сохранено" in text_of(pages().error(request_of(), 500, kept=True))


def test_htmx_asks_for_a_part_and_a_browser_for_a_page() -> None:
    assert wants_fragment(request_of(HX_Request="true", HX_Request_Type="partial"))
    assert not wants_fragment(request_of(HX_Request="true", HX_Request_Type="full"))
    assert not wants_fragment(request_of())


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/a/Д-2026-000148", "text/html,application/xhtml+xml", True),
        ("/a/Д-2026-000148", "application/json", False),
        ("/a/Д-2026-000148", None, False),
        ("/api/v1/appeals", "text/html", False),
        ("/health/ready", "text/html", False),
    ],
)
def test_a_person_gets_an_error_page_and_a_program_a_problem_document(
    path: str, accept: str | None, expected: bool
) -> None:
    assert wants_page(path, accept) is expected


def test_an_error_of_a_part_is_told_in_the_corner_and_leaves_the_rest_of_the_page_alone() -> None:
    response = pages().error(request_of(HX_Request="true", HX_Request_Type="partial"), 409, request_id="0199b7a2")
    assert response.status_code == 409
    assert response.headers["hx-retarget"] == "#toasts"
    assert response.headers["hx-reswap"] == "beforeend"
    assert "<html" not in text_of(response)
    assert "Это уже изменил кто-то другой" in text_of(response)
    assert "0199b7a2" in text_of(response)
