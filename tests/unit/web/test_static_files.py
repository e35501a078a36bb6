"""Static files: whole, unchanged, cached for ever by content, and nothing from elsewhere."""

import hashlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from veche_shared.web import mount_static, slices_of
from veche_shared.web.slices import SHARED, Slice
from veche_shared.web.static_files import STATIC_ROOT, fingerprint, icon, static_url

VENDOR = STATIC_ROOT / "vendor"
SERVICES = ("intake", "routing", "notifications", "surveys")


async def fetch(path: str, slices: Sequence[Slice] = (), *, headers: dict[str, str] | None = None) -> Response:
    app = FastAPI()
    mount_static(app, slices)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://veche.test") as client:
        return await client.get(path, headers=headers)


def vendored() -> dict[str, str]:
    lines = (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name.removeprefix("./"): digest for digest, name in (line.split("  ") for line in lines)}


def test_every_vendored_file_is_what_its_makers_published() -> None:
    for name, digest in vendored().items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_no_vendored_file_is_without_a_checksum_and_no_folder_without_a_licence() -> None:
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present - {"README.md", "SHA256SUMS"} == set(vendored())
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file(), folder.name


def test_the_address_of_a_file_changes_with_its_content() -> None:
    digest = hashlib.sha256((STATIC_ROOT / "css" / "base.css").read_bytes()).hexdigest()
    assert static_url("css/base.css") == f"/static/css/base.css?v={digest[:12]}"


def test_a_vendored_file_has_its_version_in_the_path() -> None:
    assert static_url("vendor/htmx-4.0.1/htmx.min.js") == "/static/vendor/htmx-4.0.1/htmx.min.js"


@pytest.fixture
def poll_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Slice]:
    """The slices of a made-up service: one, with one style."""
    folder = tmp_path / "veche_madeup" / "polls"
    (folder / "static").mkdir(parents=True)
    (folder / "static" / "poll.css").write_text(".ballot { color: var(--ink); }\n", encoding="utf-8")
    for package in (folder.parent, folder):
        (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "veche_madeup", raising=False)
    return slices_of("veche_madeup")


async def test_a_file_of_a_slice_is_served_by_its_service_and_kept_as_long(poll_slice: Sequence[Slice]) -> None:
    address = static_url("madeup/polls/poll.css", poll_slice)
    assert re.fullmatch(r"/static/madeup/polls/poll\.css\?v=[0-9a-f]{12}", address)
    response = await fetch(address, poll_slice)
    assert response.text == ".ballot { color: var(--ink); }\n"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert (await fetch("/static/madeup/polls/poll.css", poll_slice)).headers["cache-control"] == "public, no-cache"
    assert (await fetch(static_url("css/base.css"), poll_slice)).status_code == 200


async def test_nothing_of_a_slice_but_its_static_files_is_served(poll_slice: Sequence[Slice]) -> None:
    for path in (
        "/static/madeup/polls/__init__.py",
        "/static/madeup/polls/../__init__.py",
        "/static/madeup/polls/%2e%2e/__init__.py",
    ):
        assert (await fetch(path, poll_slice)).status_code == 404


def test_a_page_cannot_name_a_file_of_another_service(poll_slice: Sequence[Slice]) -> None:
    with pytest.raises(FileNotFoundError):
        static_url("surveys/polls/poll.css", poll_slice)


def test_a_misspelt_file_is_an_error_when_the_page_is_made() -> None:
    with pytest.raises(FileNotFoundError):
        static_url("css/bsae.css")
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


async def test_a_file_asked_for_by_its_content_is_kept_for_ever() -> None:
    response = await fetch(static_url("css/base.css"))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=000000000000"])
async def test_a_file_asked_for_otherwise_is_asked_for_again(query: str) -> None:
    response = await fetch(f"/static/css/base.css{query}")
    assert response.headers["cache-control"] == "public, no-cache"


async def test_what_the_browser_has_is_not_sent_again() -> None:
    tag = f'"{fingerprint(STATIC_ROOT / "css" / "base.css")}"'
    response = await fetch("/static/css/base.css", headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == tag


async def test_nothing_outside_the_folder_is_served() -> None:
    assert (await fetch("/static/../templating.py")).status_code == 404
    assert (await fetch("/static/%2e%2e/templating.py")).status_code == 404
    assert (await fetch("/static/css")).status_code == 404


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("js/staff.js", "text/javascript; charset=utf-8"),
        ("img/veche.svg", "image/svg+xml"),
        ("vendor/golos-text-5.3.0/golos-text-cyrillic-wght-normal.woff2", "font/woff2"),
    ],
)
async def test_each_kind_of_file_says_what_it_is(path: str, media_type: str) -> None:
    assert (await fetch(static_url(path))).headers["content-type"] == media_type


SHOWN = [SHARED, *(one for name in SERVICES for one in slices_of(f"veche_{name}"))]


def own_files(*suffixes: str) -> list[Path]:
    """The files of the shared package and of every slice, without those that others made."""
    return [
        path
        for one in SHOWN
        for folder in (one.templates, one.static)
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes and VENDOR not in path.parents
    ]


def test_every_file_that_a_style_names_is_there() -> None:
    for sheet in own_files(".css"):
        for named in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / named).resolve().is_file(), named


def test_colours_are_named_only_among_the_tokens() -> None:
    for sheet in own_files(".css"):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", sheet.read_text(encoding="utf-8")) == [], sheet.name


def test_every_style_and_script_is_named_by_a_template() -> None:
    templates = " ".join(path.read_text(encoding="utf-8") for path in own_files(".html"))
    sheets = ("css/tokens.css", "css/base.css", "css/components.css")  # skeleton.html puts their names together
    for one in SHOWN:
        for path in sorted(one.static.rglob("*")):
            name = path.relative_to(one.static).as_posix()
            whole = name if one is SHARED else f"{one.static_prefix}{name}"
            if path.suffix in {".css", ".js"} and VENDOR not in path.parents and whole not in sheets:
                assert f"static('{whole}')" in templates, whole


@pytest.mark.parametrize("path", own_files(".css", ".js", ".html", ".svg"), ids=lambda path: path.name)
def test_no_page_style_or_script_names_an_address_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text) is None


def test_an_icon_is_drawn_inline_in_the_colour_of_the_text_and_hidden_unless_it_has_a_meaning() -> None:
    assert 'aria-hidden="true"' in icon("check")
    assert 'stroke="currentColor"' in icon("check")
    assert 'role="img" aria-label="&lt;Готово&gt;"' in icon("check", "<Готово>")
