"""What a citizen reads of an appeal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from veche_intake.status.model import AppealStatus, PublicView
from veche_intake.status.presenter import StatusPresenter
from veche_intake.status.rules import after, after_all
from veche_intake.status.store import from_document, to_document
from veche_shared.city import load_city
from veche_shared.contracts.cases import CaseChanged, CaseChangedV1, Named
from veche_shared.ids import CountedIds
from veche_shared.web import Pages, slices_of
from veche_shared.web.localisation import LANGUAGES

REGISTERED = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
NUMBER = "Д-2026-000123"
IMPROVEMENT = Named(code="improvement", name="Департамент благоустройства", name_en="Department of Improvement")
SERVICE = Named(code="lights", name="Служба городского освещения")

_ids = CountedIds()
CITY = load_city("dzerzhinsk")
_pages = Pages(slices_of("veche_intake"), CITY, now=lambda: REGISTERED)
PRESENTER = StatusPresenter(
    {one: _pages.messages(one) for one in LANGUAGES},
    {one: _pages.formats(one) for one in LANGUAGES},
    CITY.calendar,
    lambda: REGISTERED,
)


def event(
    version: int,
    action: str,
    status: str,
    *,
    department: Named | None = IMPROVEMENT,
    answer: str | None = None,
    in_triage: bool = False,
) -> CaseChangedV1:
    data = CaseChanged(
        case_id="case",
        appeal_id="appeal",
        number=NUMBER,
        version=version,
        action=action,
        status=status,
        in_triage=in_triage,
        department=department,
        summary="…",
        channel="web",
        regime="message",
        answer=answer,
        actor="i.petrov",
        reachable_by=[],
        registered_at=REGISTERED,
        due_on=date(2026, 4, 11),
    )
    return CaseChangedV1(
        id=_ids(), source="/veche/routing", subject="case", time=REGISTERED + timedelta(days=version), data=data
    )


WAY = (
    event(1, "open", "new", department=None, in_triage=True),
    event(2, "assign", "assigned"),
    event(3, "accept", "in_progress"),
    event(4, "answer", "answered", answer="Яму засыпали."),
    event(5, "close", "closed", answer="Яму засыпали."),
)


def view_after(*events: CaseChangedV1) -> PublicView:
    view: PublicView | None = None
    for one in events:
        view = after(view, one)
    assert view is not None
    return view


def status_after(*events: CaseChangedV1) -> AppealStatus:
    return AppealStatus("appeal", NUMBER, REGISTERED, view_after(*events) if events else None)


def test_the_view_is_the_same_in_whatever_order_the_events_come() -> None:
    wanted = view_after(*WAY)
    for order in permutations(WAY):
        got = view_after(*order)
        assert (got.state, got.version, got.steps) == (wanted.state, wanted.version, wanted.steps)


def test_an_event_that_comes_twice_changes_nothing() -> None:
    view = view_after(*WAY)
    assert all(after(view, one) == view for one in WAY)


def test_the_state_begins_when_it_was_reached_and_the_answer_when_it_was_given() -> None:
    view = view_after(*WAY)
    assert view.state == "closed"
    assert view.since == REGISTERED + timedelta(days=5)
    assert view.answered_at == REGISTERED + timedelta(days=4)


def test_a_reopened_case_has_its_answer_no_more() -> None:
    view = view_after(*WAY[:4], event(5, "reopen", "in_progress"))
    assert (view.state, view.answer, view.answered_at) == ("in_progress", None, None)


def test_a_batch_changes_each_appeal_once() -> None:
    changed = after_all({}, WAY)
    assert changed == {NUMBER: view_after(*WAY)}


def test_a_view_is_stored_whole() -> None:
    view = view_after(*WAY)
    assert from_document(to_document(view)) == view


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (0, "Получили 12 марта. Сейчас определяем, кто ответит."),
        (1, "Получили 12 марта. Сотрудник администрации выбирает, кому передать обращение."),
        (2, "Передано в департамент благоустройства 14 марта, ответ до 11 апреля."),
        (3, "С 15 марта этим занимается департамент благоустройства, ответ до 11 апреля."),
        (4, "Ответ готов 16 марта. Отвечает департамент благоустройства."),
        (5, "Закрыто 17 марта. Ответственный: департамент благоустройства."),
    ],
)
def test_the_state_is_one_sentence_that_a_neighbour_would_say(length: int, sentence: str) -> None:
    assert PRESENTER.state(status_after(*WAY[:length]), "ru").replace("\u2068", "").replace("\u2069", "") == sentence


def test_a_name_that_would_have_to_be_declined_is_put_as_a_name() -> None:
    assigned = status_after(event(1, "open", "assigned", department=SERVICE))
    assert (
        PRESENTER.state(assigned, "ru")
        == "Передано 13 марта, отвечает Служба городского освещения, ответ до 11 апреля."
    )


def test_english_is_english_and_falls_back_to_the_russian_name() -> None:
    assert PRESENTER.state(status_after(*WAY[:2]), "en") == (
        "Passed to the Department of Improvement on 14 March, answer due by 11 April."
    )
    lights = status_after(event(1, "open", "assigned", department=SERVICE))
    assert "Служба городского освещения" in PRESENTER.state(lights, "en")


def test_the_timeline_shows_what_happened_and_what_is_ahead() -> None:
    entries = PRESENTER.steps(status_after(*WAY[:3]), "ru")
    assert [(entry.title, entry.state) for entry in entries] == [
        ("Получили обращение", "done"),
        ("Передали ответственным", "done"),
        ("Взяли в работу", "now"),
        ("Ответ", "ahead"),
    ]
    assert [entry.title for entry in PRESENTER.steps(status_after(), "ru")] == [
        "Получили обращение",
        "Определяем, кто ответит",
    ]


def test_every_action_has_its_words_in_both_languages() -> None:
    actions: tuple[str, ...] = (
        "open", "assign", "accept", "answer", "close", "return_to_triage", "reassign", "reopen",
    )  # fmt: skip
    for language in LANGUAGES:
        for action in actions:
            assert PRESENTER.steps(status_after(event(1, action, "assigned")), language)[1].title


POSTPONED = (*WAY[:3], event(4, "postpone", "postponed"))


def test_a_status_that_this_release_does_not_know_is_shown_neutrally() -> None:
    assert view_after(*POSTPONED).state == "open"
    assert PRESENTER.state(status_after(*POSTPONED), "ru") == "Обращение рассматривают, ответ до 11 апреля."
    assert PRESENTER.state(status_after(*POSTPONED), "en") == "The appeal is being considered, answer due by 11 April."


def test_an_action_that_this_release_does_not_know_is_a_step_in_general_words() -> None:
    titles = [(entry.title, entry.state) for entry in PRESENTER.steps(status_after(*POSTPONED), "ru")]
    assert titles[-2:] == [("Ход рассмотрения изменился", "now"), ("Ответ", "ahead")]


def test_a_status_is_kept_as_it_came_for_a_release_that_knows_it() -> None:
    document = to_document(view_after(*POSTPONED))
    assert (document["status"], document["steps"][-1]["status"]) == ("postponed", "postponed")
    assert from_document(document) == view_after(*POSTPONED)
