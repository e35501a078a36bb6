"""Both languages say the same things, and templates ask only for words that exist."""

import re
import sys
from pathlib import Path
from typing import Protocol

import pytest

from veche_shared.web.catalogue import catalogue_faults, shared_faults
from veche_shared.web.slices import slices_of

SERVICES = ("veche_intake", "veche_routing", "veche_notifications", "veche_surveys")


def test_the_shared_words_are_whole_and_somebody_needs_each() -> None:
    assert shared_faults([*SERVICES, "tests.gallery"]) == []


@pytest.mark.parametrize("package", [*SERVICES, "tests.gallery"])
def test_the_words_of_every_service_are_whole(package: str) -> None:
    assert catalogue_faults(package) == []


class MakeSlice(Protocol):
    def __call__(self, name: str, ru: str, en: str, template: str = "", *, named: bool = True) -> str: ...


@pytest.fixture
def make_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSlice:
    """Makes a slice of a service, with the given catalogues and one template; returns the service's package.

    The slice's code names the template and its messages, unless ``named`` is False.
    """
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, ru: str, en: str, template: str = "", *, named: bool = True) -> str:
        folder = tmp_path / "veche_madeup" / name
        (folder / "locales").mkdir(parents=True)
        (folder / "templates" / "part").mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        names = [f"{name}/part/page.html", *re.findall(r"^([a-z-]+) =", ru, re.MULTILINE)] if named else []
        (folder / "__init__.py").write_text(f"NAMES = {names}\n", encoding="utf-8")
        (folder / "locales" / "ru.ftl").write_text(ru, encoding="utf-8")
        (folder / "locales" / "en.ftl").write_text(en, encoding="utf-8")
        (folder / "templates" / "part" / "page.html").write_text(template, encoding="utf-8")
        monkeypatch.delitem(sys.modules, "veche_madeup", raising=False)
        return "veche_madeup"

    return make


def test_a_message_that_one_language_lacks_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("lacking", ru="poll = Опрос\nvote = Голос\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["madeup/lacking/en: vote is only in ru"]


def test_a_variable_that_one_language_lacks_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("varied", ru="poll = Опрос { $name }\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["madeup/varied: poll has other variables in en than in ru: name"]


def test_a_variable_inside_a_plural_counts(make_slice: MakeSlice) -> None:
    plural = "votes =\n    { $n ->\n        [one] { $n } голос\n       *[other] { $n } { $what }\n    }\n"
    package = make_slice("plural", ru=plural, en="votes = { $n } votes of { $what }\n")
    assert catalogue_faults(package) == []


def test_text_that_is_no_fluent_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("broken", ru="poll = Опрос\n", en="poll = Poll\nvote = { $n\n")
    assert any("not Fluent: vote" in fault for fault in catalogue_faults(package))


def test_an_id_twice_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("twice", ru="poll = Опрос\npoll = Голосование\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["madeup/twice/ru: poll is there twice"]


def test_a_message_that_hides_a_shared_one_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("hiding", ru="sign-out = Уйти\n", en="sign-out = Leave\n")
    assert catalogue_faults(package) == ["madeup/hiding: sign-out is a message of veche/shared already"]


def test_a_message_that_two_slices_have_is_found(make_slice: MakeSlice) -> None:
    make_slice("polls", ru="poll = Опрос\n", en="poll = Poll\n")
    package = make_slice("results", ru="poll = Голосование\n", en="poll = Vote\n")
    assert catalogue_faults(package) == ["madeup/results: poll is a message of madeup/polls already"]


def test_a_slice_may_use_the_words_of_another_one(make_slice: MakeSlice) -> None:
    make_slice("polls", ru="poll = Опрос\n", en="poll = Poll\n")
    package = make_slice("results", ru="", en="", template='{{ t("poll") }}')
    assert catalogue_faults(package) == []


def test_a_message_and_a_template_that_nothing_names_are_found(make_slice: MakeSlice) -> None:
    package = make_slice("idle", ru="poll = Опрос\n", en="poll = Poll\n", named=False)
    assert catalogue_faults(package) == [
        "madeup/idle: nothing names the message poll",
        "madeup/idle: nothing names the template idle/part/page.html",
    ]


def test_a_message_that_begins_like_an_id_put_together_at_run_time_counts_as_named(make_slice: MakeSlice) -> None:
    make_slice("polls", ru="poll-open = Открыт\n", en="poll-open = Open\n", named=False)
    package = make_slice(
        "results", ru="", en="", template='{{ t("poll-" ~ phase) }}{% include "polls/part/page.html" %}'
    )
    assert catalogue_faults(package) == []


def test_two_slices_of_one_name_are_refused(make_slice: MakeSlice) -> None:
    make_slice("polls", ru="", en="")
    with pytest.raises(ValueError, match="polls"):
        catalogue_faults(make_slice("procedures/polls", ru="", en=""))


def test_a_slice_cannot_hide_the_shared_layouts(make_slice: MakeSlice) -> None:
    with pytest.raises(ValueError, match="layout"):
        catalogue_faults(make_slice("layout", ru="", en=""))


def test_a_folder_that_is_no_package_is_no_slice(make_slice: MakeSlice, tmp_path: Path) -> None:
    package = make_slice("polls", ru="", en="")
    (tmp_path / package / "packs" / "templates").mkdir(parents=True)
    assert [one.name for one in slices_of(package)] == ["polls"]


def test_a_template_that_names_an_unknown_message_is_found(make_slice: MakeSlice) -> None:
    package = make_slice("unknown", ru="", en="", template='{{ t("poll-titel") }}{{ t("sign-out") }}')
    assert catalogue_faults(package) == ["madeup/unknown/templates/part/page.html: no message poll-titel"]


def test_a_template_that_forgets_a_variable_is_found(make_slice: MakeSlice) -> None:
    message = "poll-ends = { $day } { $time }\n"
    package = make_slice("forgot", ru=message, en=message, template='{{ t("poll-ends", day="11 апреля") }}')
    assert catalogue_faults(package) == ["madeup/forgot/templates/part/page.html: poll-ends needs $time"]


def test_an_id_put_together_at_run_time_is_left_to_the_services_own_test(make_slice: MakeSlice) -> None:
    package = make_slice("joined", ru="", en="", template='{{ t("status-" ~ status) }}')
    assert catalogue_faults(package) == []
