"""Of one case at one moment the rows, the case's panel, the citizen's page and the letter say that the same remains."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import pytest

from tests.unit.routing.factories import an_appeal, routed
from veche_intake.status.model import AppealStatus
from veche_intake.status.presenter import StatusPresenter
from veche_intake.status.rules import after
from veche_notifications.carriers.email.letters import LetterWriter, Wording
from veche_notifications.carriers.model import Contact, Outgoing
from veche_notifications.feeds.model import Entry
from veche_notifications.feeds.pages import Rows
from veche_notifications.feeds.rules import line_of
from veche_notifications.notices.rules import notice_of
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Case
from veche_routing.cases.presenter import CasePresenter
from veche_routing.cases.rules import open_case
from veche_routing.deadlines.rules import deadline_of
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_shared.calendar import Remaining
from veche_shared.city import load_city
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.ids import new_id
from veche_shared.web import slices_of
from veche_shared.web.localisation import LANGUAGES, CityFormats, Messages

CITY = load_city("dzerzhinsk")
PACK = load_pack(CITY)
Language = Literal["ru", "en"]


def local(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CITY.zone)


def messages(service: str, language: Language) -> Messages:
    return Messages(language, slices_of(f"veche_{service}"))


class Everywhere:
    """A case that was registered then, as all that show its term show it now."""

    def __init__(self, regime: str, registered: datetime, now: datetime, language: Language) -> None:
        self.language = language
        self.now = now
        term = edition_of(PACK, registered.date()).terms[regime]
        appeal = an_appeal().model_copy(update={"registered_at": registered, "regime": regime, "language": language})
        self.case: Case = open_case("case", appeal, routed(), deadline_of(term, registered, CITY.calendar), now)
        self.event = CaseChangedV1.model_validate_json(case_changed(self.case, new_id()).value)

    def formats(self, service: str) -> CityFormats:
        return CityFormats(self.language, CITY.zone, lambda: self.now, messages(service, self.language))

    def figures(self) -> list[Remaining | None]:
        """What the row of a department's feed, the row of the triage and the panel of the case count."""
        return [
            self.desk_rows().row(self.entry(), None).left,
            self.panel().row(self.case).left,
            self.panel().left(self.case),
        ]

    def texts(self) -> list[str]:
        """The sentence of the panel, those of the citizen's page, the letter as text and as a page."""
        term, _ = self.panel().term(self.case)
        words = {language: messages("intake", language) for language in LANGUAGES}
        formats = {language: self.formats("intake") for language in LANGUAGES}
        citizen = StatusPresenter(words, formats, CITY.calendar, lambda: self.now)
        followed = AppealStatus("appeal", self.case.number, self.case.registered_at, after(None, self.event))
        ahead = citizen.steps(followed, self.language)[-1].text
        return [term or "", citizen.state(followed, self.language), ahead or "", *self.letter()]

    def desk_rows(self) -> Rows:
        return Rows(messages("notifications", self.language), self.language, lambda: self.now, CITY.calendar)

    def entry(self) -> Entry:
        return Entry("roads", line_of(self.event), sequence=1, overall=1, raised=1)

    def panel(self) -> CasePresenter:
        words = messages("routing", self.language)
        return CasePresenter(words, self.formats("routing"), self.language, CITY.calendar, lambda: self.now)

    def letter(self) -> list[str]:
        wordings = {self.language: Wording(messages("notifications", self.language), self.formats("notifications"))}
        notice = notice_of(self.event)
        assert notice is not None
        writer = LetterWriter(wordings, CITY, "https://veche.example.org", "noreply@veche.example.org")
        message = writer.write(Outgoing("case.1", notice), Contact("anna@example.org", None))
        parts = [message.get_body((kind,)) for kind in ("plain", "html")]
        return [str(part.get_content()) for part in parts if part is not None]


UNITS = {"message": "working_days", "appeal_59fz": "calendar_days", "open_source": "working_hours"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("regime", "registered", "now", "amount", "urgency", "words"),
    [
        # 8 working days from Friday 30 October, over two weekends and the holiday of 4 November: till 12 November.
        ("message", local(10, 30), local(10, 30), 8, "calm", "осталось 8 рабочих дней"),
        ("message", local(10, 30), local(11, 1), 8, "calm", "осталось 8 рабочих дней"),
        ("message", local(10, 30), local(11, 4), 6, "calm", "осталось 6 рабочих дней"),
        ("message", local(10, 30), local(11, 12, 23), 0, "near", "сегодня последний день"),
        ("message", local(10, 30), local(11, 16), -2, "overdue", "просрочено на 2 рабочих дня"),
        # Till Friday 13 November: on the Saturday no whole working day has passed yet.
        ("message", local(11, 2), local(11, 14), 0, "overdue", "срок истёк"),
        # 30 calendar days from 6 November would end on a Sunday: till Friday 4 December.
        ("appeal_59fz", local(11, 6), local(11, 6), 28, "calm", "осталось 28 календарных дней"),
        ("appeal_59fz", local(11, 6), local(11, 22), 12, "calm", "осталось 12 календарных дней"),
        ("appeal_59fz", local(11, 6), local(12, 4), 0, "near", "сегодня последний день"),
        ("appeal_59fz", local(11, 6), local(12, 6), -2, "overdue", "просрочено на 2 календарных дня"),
        # 9 working hours from Friday 15:00: one on that day, the others on Monday till 16:48.
        ("open_source", local(11, 20, 15), local(11, 21), 8, "near", "осталось 8 рабочих часов"),
        ("open_source", local(11, 20, 15), local(11, 23, 16, 30), 0, "near", "осталось меньше рабочего часа"),
        ("open_source", local(11, 20, 15), local(11, 24, 10), -2, "overdue", "просрочено на 2 рабочих часа"),
    ],
)
def test_all_count_alike_and_say_it_in_the_same_words(
    regime: str, registered: datetime, now: datetime, amount: int, urgency: str, words: str, language: Language
) -> None:
    everywhere = Everywhere(regime, registered, now, language)
    said = words
    for left in everywhere.figures():
        assert left is not None
        assert (left.amount, left.unit, left.urgency) == (amount, UNITS[regime], urgency)
        said = words if language == "ru" else everywhere.formats("routing").remaining(left)
    for text in everywhere.texts():
        assert said in text


def test_a_case_that_has_its_answer_shows_no_time_anywhere() -> None:
    everywhere = Everywhere("message", local(10, 30), local(11, 16), "ru")
    answered = everywhere.event.data.model_copy(update={"action": "answer", "status": "answered", "answer": "Сделано."})
    everywhere.event = everywhere.event.model_copy(update={"data": answered})
    assert everywhere.desk_rows().row(everywhere.entry(), None).left is None
    for text in everywhere.texts()[1:]:
        assert "просрочено" not in text
