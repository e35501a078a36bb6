"""What a channel may hand in besides the text has its limits too."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from veche_intake.appeals.model import NewAppeal
from veche_shared.http.validation import validation_problem


@pytest.mark.parametrize(
    ("pointer", "longest", "given"),
    [
        ("/topic_hint", 500, lambda line: {"topic_hint": line}),  # as long as a topic's name in a city pack
        ("/place/address", 500, lambda line: {"place": {"address": line}}),
        ("/place/district", 200, lambda line: {"place": {"district": line}}),
        ("/author/name", 200, lambda line: {"author": {"name": line}}),
    ],
)
def test_the_longest_line_is_taken_and_one_character_more_is_called_too_long(
    pointer: str, longest: int, given: Any
) -> None:
    NewAppeal.model_validate({"text": "Яма"} | given("ю" * longest))
    too_long = {"text": "Яма"} | given("ю" * (longest + 1))
    with pytest.raises(ValidationError) as caught:
        NewAppeal.model_validate(too_long)
    problem = validation_problem(caught.value, too_long)
    assert [(error.pointer, error.code) for error in problem.errors] == [(pointer, "too_long")]
