"""What the header leads to, and to whom; a wrong file is refused with a reason."""

from pathlib import Path

import pytest

from veche_shared.web.navigation import Link, Navigation, NavigationEntry, NavigationError, links, read_navigation

INSTALLED = read_navigation(Path(__file__).parents[3] / "deploy" / "navigation.toml")
POLLS = NavigationEntry(href="/polls", ru="Опросы", en="Polls")
TRIAGE = NavigationEntry(href="/triage", ru="Разбор", en="Triage", roles=frozenset({"coordinator"}))


def test_an_entry_speaks_the_readers_language() -> None:
    assert links([POLLS], "ru", "/") == (Link("/polls", "Опросы", is_current=False),)
    assert links([POLLS], "en", "/") == (Link("/polls", "Polls", is_current=False),)


@pytest.mark.parametrize(
    ("path", "current"), [("/polls", True), ("/polls/0190", True), ("/pollsters", False), ("/", False)]
)
def test_the_part_of_the_site_that_the_page_is_in_is_marked(path: str, current: bool) -> None:
    assert [link.is_current for link in links([POLLS], "ru", path)] == [current]


def test_the_first_page_is_not_the_part_that_every_page_is_in() -> None:
    home = NavigationEntry(href="/", ru="Сообщить", en="Report")
    assert [link.is_current for link in links([home], "ru", "/polls")] == [False]


def test_an_entry_with_roles_is_for_those_who_have_one_of_them() -> None:
    assert links([TRIAGE], "ru", "/") == ()
    assert links([TRIAGE], "ru", "/", ["officer"]) == ()
    assert len(links([TRIAGE], "ru", "/", ["officer", "coordinator"])) == 1


@pytest.mark.parametrize(
    ("roles", "addresses"),
    [
        (["officer"], ["/desk"]),
        (["coordinator"], ["/desk", "/triage"]),
        (["operator"], ["/desk"]),
        (["poll_admin"], ["/polls/manage"]),
        ([], []),
    ],
)
def test_staff_are_led_to_what_their_roles_may_open(roles: list[str], addresses: list[str]) -> None:
    assert [link.href for link in links(INSTALLED.staff.entries, "ru", "/desk", roles)] == addresses


def test_everybody_is_led_to_the_form_the_appeal_and_the_polls() -> None:
    assert [link.href for link in links(INSTALLED.public.entries, "ru", "/")] == ["/", "/a", "/polls"]


def test_without_a_file_nothing_is_led_to() -> None:
    assert read_navigation(None) == Navigation()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("public = 5", "public"),
        ("[public", "declaration"),
        ('[staff]\nsign_up = "/sign-up"', "sign_up"),
        ('[public]\nentries = [{ href = "https://evil.example", ru = "а", en = "a" }]', "href"),
        ('[public]\nentries = [{ href = "//evil.example", ru = "а", en = "a" }]', "href"),
        ('[public]\nentries = [{ href = "/a", ru = "а" }]', "en"),
    ],
)
def test_a_wrong_file_is_refused_and_the_reason_names_the_place(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "navigation.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NavigationError, match=fault) as refused:
        read_navigation(file)
    assert str(file) in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NavigationError, match=r"navigation\.toml"):
        read_navigation(tmp_path / "navigation.toml")
