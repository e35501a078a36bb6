"""Accounts of staff, signing in, and where it leads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from veche_routing.directory.model import Account
from veche_routing.directory.pages import first_page, own_path
from veche_routing.directory.rules import Opening, demo_accounts, faults_of
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_routing.settings import RoutingSettings
from veche_shared.city import load_city
from veche_shared.security.sessions import Role
from veche_shared.web.catalogue import catalogue_faults

PACK = load_pack(load_city("dzerzhinsk"))
DEPARTMENTS = edition_of(PACK, date(2026, 11, 24)).departments


def account(*roles: Role) -> Account:
    return Account("a", "А", "hash", frozenset(roles), (), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("opening", "fault"),
    [
        (Opening("Иван", "Иван", frozenset({"coordinator"}), ()), "login"),
        (Opening("ivan", " ", frozenset({"coordinator"}), ()), "name"),
        (Opening("ivan", "Иван", frozenset(), ()), "role"),
        (Opening("ivan", "Иван", frozenset({"officer"}), ()), "department"),
        (Opening("ivan", "Иван", frozenset({"officer"}), ("moon",)), "department moon"),
    ],
)
def test_what_is_wrong_with_an_account_is_told(opening: Opening, fault: str) -> None:
    faults = faults_of(opening, DEPARTMENTS)
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_the_demonstration_has_an_officer_for_each_department_and_the_packs_own_people() -> None:
    accounts = {opening.login: opening for opening in demo_accounts(PACK, DEPARTMENTS)}
    acting = {code for code, department in DEPARTMENTS.items() if department.kind == "department"}
    assert acting | {"coordinator", "polls", "operator"} == set(accounts)
    assert all(faults_of(opening, DEPARTMENTS) == [] for opening in accounts.values())
    assert "triage" not in accounts


def test_a_demonstration_without_a_password_is_refused() -> None:
    with pytest.raises(ValueError, match="demo_password"):
        RoutingSettings(demo_staff=True)


@pytest.mark.parametrize("path", [None, "", "/", "//evil.example", "/\\evil.example", "https://evil.example", "desk"])
def test_after_signing_in_nobody_is_led_to_another_site(path: str | None) -> None:
    assert own_path(path) is None


def test_after_signing_in_one_comes_back_to_where_one_was() -> None:
    assert own_path("/cases/Д-2026-000001") == "/cases/Д-2026-000001"


def test_each_role_begins_where_its_work_is() -> None:
    assert first_page(account("coordinator")) == "/triage"
    assert first_page(account("officer")) == "/desk"
    assert first_page(account("poll_admin")) == "/polls/manage"


def test_every_word_of_the_pages_is_there_in_both_languages() -> None:
    assert catalogue_faults("veche_routing") == []
