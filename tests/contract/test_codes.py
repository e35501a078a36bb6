"""The known values that the contracts document are those that their owners write."""

from __future__ import annotations

from typing import cast, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from veche_intake.appeals.model import Language
from veche_notifications.carriers.registry import MEDIA
from veche_notifications.deliveries.model import Outcome
from veche_routing.cases.model import CaseAction, CaseStatus
from veche_shared.calendar import TermUnit
from veche_shared.contracts.cases import ActionCode, StatusCode, TermUnitCode
from veche_shared.contracts.codes import KNOWN_VALUES, Code, LanguageCode, MediumCode
from veche_shared.contracts.deliveries import OutcomeCode
from veche_shared.contracts.surveys import PollStatusCode, RejectionCode
from veche_surveys.ballots.model import RejectionReason
from veche_surveys.polls.model import PollStatus


def known_values(code: object) -> list[str]:
    adapter: TypeAdapter[str] = TypeAdapter(cast("type[str]", code))
    values = adapter.json_schema()[KNOWN_VALUES]
    assert isinstance(values, list)
    return values


@pytest.mark.parametrize(
    ("code", "owners"),
    [
        (StatusCode, CaseStatus),
        (ActionCode, CaseAction),
        (PollStatusCode, PollStatus),
        (RejectionCode, RejectionReason),
        (LanguageCode, Language),
        (OutcomeCode, Outcome),
        (TermUnitCode, TermUnit),
    ],
)
def test_the_documented_values_are_those_of_the_owner(code: object, owners: object) -> None:
    assert known_values(code) == list(get_args(owners))


def test_the_documented_media_are_those_that_are_delivered_by() -> None:
    assert known_values(MediumCode) == [medium.code for medium in MEDIA]


@pytest.mark.parametrize("value", ["postponed", "in_progress", "zh-Hans", "0003.0009", "a" * 64])
def test_a_code_that_nobody_knows_is_one(value: str) -> None:
    assert TypeAdapter(Code).validate_python(value) == value


@pytest.mark.parametrize("value", ["", " open", "в работе", "a" * 65, "_open", None, 1])
def test_what_is_no_word_is_no_code(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Code).validate_python(value)
