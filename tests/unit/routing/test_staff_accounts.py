"""Accounts of staff, signing in, and where it leads."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest

from veche_routing.directory.events import session_ended
from veche_routing.directory.model import Account, NewAccount
from veche_routing.directory.pages import first_page, own_path
from veche_routing.directory.password_rules import PASSWORD_GUESSABLE, PASSWORD_LENGTH
from veche_routing.directory.problems import PROBLEMS, sentence_of
from veche_routing.directory.rules import (
    LOGIN_TAKEN,
    PASSWORD_UNCHANGED,
    PASSWORDS_DIFFER,
    UNKNOWN_LOGIN,
    UNKNOWN_SESSION,
    WRONG_CREDENTIALS,
    WRONG_CURRENT_PASSWORD,
    account_faults,
    client_kind,
    demo_accounts,
    ended,
    is_live,
    new_session,
    rights_faults,
    throttled,
)
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_routing.settings import RoutingSettings, SigningSettings
from veche_shared.city import load_city
from veche_shared.ids import new_id
from veche_shared.security.key_pairs import new_key_pair
from veche_shared.security.sessions import Role
from veche_shared.web import Language, slices_of
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, Messages

PACK = load_pack(load_city("dzerzhinsk"))
DEPARTMENTS = edition_of(PACK, date(2026, 11, 24)).departments


def account(*roles: Role) -> Account:
    return Account("a", "А", "hash", frozenset(roles), (), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("new", "code", "sentence"),
    [
        (NewAccount("Иван", "Иван", frozenset({"coordinator"}), ()), "login_malformed", "login"),
        (NewAccount("ivan", " ", frozenset({"coordinator"}), ()), "name_missing", "name"),
        (NewAccount("ivan", "Иван", frozenset(), ()), "role_missing", "role"),
        (NewAccount("ivan", "Иван", frozenset({"officer"}), ()), "department_missing", "department"),
        (NewAccount("ivan", "Иван", frozenset({"officer"}), ("moon",)), "department_unknown", "department moon"),
    ],
)
def test_what_is_wrong_with_an_account_is_told(new: NewAccount, code: str, sentence: str) -> None:
    (fault,) = account_faults(new, DEPARTMENTS)
    assert fault.code == code
    assert sentence_of(fault).startswith(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rejection_has_a_sentence_for_programs_and_for_people(language: Language) -> None:
    messages = Messages(language, slices_of("veche_routing"))
    for rejected in (
        *account_faults(NewAccount("Иван", "", frozenset(), ("moon",)), DEPARTMENTS),
        *rights_faults({"officer"}, (), DEPARTMENTS),
        UNKNOWN_LOGIN,
        LOGIN_TAKEN,
        WRONG_CREDENTIALS,
        PASSWORD_LENGTH,
        PASSWORD_GUESSABLE,
        PASSWORD_UNCHANGED,
        PASSWORDS_DIFFER,
        UNKNOWN_SESSION,
        WRONG_CURRENT_PASSWORD,
        throttled(90),
    ):
        assert rejected.code in PROBLEMS
        assert sentence_of(rejected)
        assert messages(rejected.message_id, **rejected.parameters)


def test_every_code_of_the_rules_has_its_row_and_no_row_is_left_over() -> None:
    sources = "".join(
        files("veche_routing.directory").joinpath(name).read_text(encoding="utf-8")
        for name in ("rules.py", "password_rules.py", "commands.py")
    )
    assert set(re.findall(r'Rejected\("(\w+)"', sources)) == PROBLEMS.keys()


NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_a_session_lives_until_its_time_is_over_or_until_it_is_ended() -> None:
    session = new_session(account("officer"), "s1", "browser", NINE, timedelta(hours=12))
    assert is_live(session, NINE)
    assert is_live(session, NINE + timedelta(hours=12) - timedelta(milliseconds=1))
    assert not is_live(session, NINE + timedelta(hours=12))
    over = ended(session, "signed_out", NINE + timedelta(hours=1))
    assert (over.ended_at, over.end_reason) == (NINE + timedelta(hours=1), "signed_out")
    assert not is_live(over, NINE + timedelta(hours=1))
    assert not is_live(None, NINE)


def test_the_others_learn_which_session_was_ended_and_for_how_long_to_remember_it() -> None:
    session = new_session(account("officer"), "s1", "browser", NINE, timedelta(hours=12))
    event = session_ended(session, "account_disabled", NINE, new_id(), None)
    assert event.subject == event.data.session_id == "s1"
    assert (event.data.reason, event.data.expires_at) == ("account_disabled", NINE + timedelta(hours=12))


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "browser"),
        ("python-httpx2/2.16", "program"),
        ("", "program"),
        (None, "program"),
    ],
)
def test_a_browser_is_told_from_a_program(user_agent: str | None, kind: str) -> None:
    assert client_kind(user_agent) == kind


def test_the_demonstration_has_an_officer_for_each_department_and_the_packs_own_people() -> None:
    accounts = {new.login: new for new in demo_accounts(PACK, DEPARTMENTS)}
    acting = {code for code, department in DEPARTMENTS.items() if department.kind == "department"}
    assert acting | {"coordinator", "polls", "operator"} == set(accounts)
    assert all(account_faults(new, DEPARTMENTS) == [] for new in accounts.values())
    assert "triage" not in accounts


def test_a_demonstration_without_a_password_is_refused() -> None:
    with pytest.raises(ValueError, match="demo_password"):
        RoutingSettings(demo_staff=True)


def test_routing_must_be_able_to_read_the_sessions_that_it_makes() -> None:
    mine, other = new_key_pair(), new_key_pair()
    given = {"signing_key": mine.private, "public_keys": f"{other.public},{mine.public}"}
    assert SigningSettings.model_validate(given).public_keys == (other.public, mine.public)
    with pytest.raises(ValueError, match="the public key of signing_key must be among public_keys"):
        SigningSettings.model_validate({**given, "public_keys": other.public})


@pytest.mark.parametrize("path", [None, "", "/", "//evil.example", "/\\evil.example", "https://evil.example", "desk"])
def test_after_signing_in_nobody_is_led_to_another_site(path: str | None) -> None:
    assert own_path(path) is None


def test_after_signing_in_one_comes_back_to_where_one_was() -> None:
    assert own_path("/cases/Д-2026-000001") == "/cases/Д-2026-000001"


def test_each_role_begins_where_its_work_is() -> None:
    assert first_page(["coordinator"]) == "/triage"
    assert first_page(["officer"]) == "/desk"
    assert first_page(["poll_admin"]) == "/polls/manage"


def test_every_word_of_the_pages_is_there_in_both_languages() -> None:
    assert catalogue_faults("veche_routing") == []
