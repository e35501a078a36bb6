"""Both languages say the same things, and templates ask only for words that exist."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from veche_shared.web.catalogue import catalogue_faults


@pytest.mark.parametrize("package", ["veche_shared.web", "veche_shared.web.gallery"])
def test_the_shared_words_are_whole(package: str) -> None:
    assert catalogue_faults(package) == []


MakePackage = Callable[..., str]


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """Makes a package with the given catalogues and one template; returns its name."""

    def make(name: str, ru: str, en: str, template: str = "") -> str:
        folder = tmp_path / name
        (folder / "locales").mkdir(parents=True)
        (folder / "templates" / "part").mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "locales" / "ru.ftl").write_text(ru, encoding="utf-8")
        (folder / "locales" / "en.ftl").write_text(en, encoding="utf-8")
        (folder / "templates" / "part" / "page.html").write_text(template, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return make


def test_a_message_that_one_language_lacks_is_found(make_package: MakePackage) -> None:
    package = make_package("lacking", ru="poll = Опрос\nvote = Голос\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["lacking/en: vote is only in ru"]


def test_a_variable_that_one_language_lacks_is_found(make_package: MakePackage) -> None:
    package = make_package("varied", ru="poll = Опрос { $name }\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["varied: poll has other variables in en than in ru: name"]


def test_a_variable_inside_a_plural_counts(make_package: MakePackage) -> None:
    plural = "votes =\n    { $n ->\n        [one] { $n } голос\n       *[other] { $n } { $what }\n    }\n"
    package = make_package("plural", ru=plural, en="votes = { $n } votes of { $what }\n")
    assert catalogue_faults(package) == []


def test_text_that_is_no_fluent_is_found(make_package: MakePackage) -> None:
    package = make_package("broken", ru="poll = Опрос\n", en="poll = Poll\nvote = { $n\n")
    assert any("not Fluent: vote" in fault for fault in catalogue_faults(package))


def test_an_id_twice_is_found(make_package: MakePackage) -> None:
    package = make_package("twice", ru="poll = Опрос\npoll = Голосование\n", en="poll = Poll\n")
    assert catalogue_faults(package) == ["twice/ru: poll is there twice"]


def test_a_message_that_hides_a_shared_one_is_found(make_package: MakePackage) -> None:
    package = make_package("hiding", ru="sign-out = Уйти\n", en="sign-out = Leave\n")
    assert catalogue_faults(package) == ["hiding: sign-out hides a shared message"]


def test_a_template_that_names_an_unknown_message_is_found(make_package: MakePackage) -> None:
    package = make_package("unknown", ru="", en="", template='{{ t("poll-titel") }}{{ t("sign-out") }}')
    assert catalogue_faults(package) == ["unknown/templates/part/page.html: no message poll-titel"]


def test_a_template_that_forgets_a_variable_is_found(make_package: MakePackage) -> None:
    message = "poll-ends = { $day } { $time }\n"
    package = make_package("forgot", ru=message, en=message, template='{{ t("poll-ends", day="11 апреля") }}')
    assert catalogue_faults(package) == ["forgot/templates/part/page.html: poll-ends needs $time"]


def test_an_id_put_together_at_run_time_is_left_to_the_services_own_test(make_package: MakePackage) -> None:
    package = make_package("joined", ru="", en="", template='{{ t("status-" ~ status) }}')
    assert catalogue_faults(package) == []
