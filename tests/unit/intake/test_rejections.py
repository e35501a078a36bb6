"""Every rejection has its row in the table of problems and its sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import pytest

from veche_intake.appeals import problems as appeal_problems
from veche_intake.appeals.model import AppealRejection
from veche_intake.connectors.csv_import import http as csv_import
from veche_intake.connectors.csv_import.model import FileRejection, RowRejection
from veche_intake.connectors.web_ballot import pages as web_ballot
from veche_intake.connectors.web_ballot.pages import BallotRejection
from veche_intake.connectors.web_form.forms import REJECTIONS as FORM_REJECTIONS
from veche_intake.status import http as status
from veche_intake.status.model import StatusRejection
from veche_intake.submissions import http as submissions
from veche_intake.submissions.model import ChannelRejection, DateRejection, RepeatRejection
from veche_intake.votes import problems as vote_problems
from veche_intake.votes.model import VoteRejection
from veche_shared.http.rejections import ProblemTable, problem_of
from veche_shared.rejection import Rejected
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, Language, Messages
from veche_shared.web.rejections import sentence_of
from veche_shared.web.slices import slices_of

SUBMISSION = {*get_args(RepeatRejection), *get_args(DateRejection), *get_args(ChannelRejection)}
APPEAL = {*SUBMISSION, *get_args(AppealRejection)}
VOTE = {*SUBMISSION, *get_args(VoteRejection)}
CSV_IMPORT = {*APPEAL, *get_args(FileRejection), *get_args(RowRejection)}
BALLOT = {*VOTE, *get_args(BallotRejection)}
STATUS = {*get_args(StatusRejection)}
PARAMETERS: dict[str, str | int] = {"limit": 2, "columns": 3, "expected": 4, "retry_after": 60}


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (submissions.PROBLEMS, SUBMISSION),
        (appeal_problems.PROBLEMS, APPEAL),
        (vote_problems.PROBLEMS, VOTE),
        (csv_import.PROBLEMS, CSV_IMPORT),
        (web_ballot.PROBLEMS, BALLOT),
        (status.PROBLEMS, STATUS),
    ],
)
def test_every_rejection_has_its_row_in_the_table_of_problems(table: ProblemTable, codes: Iterable[str]) -> None:
    assert table.keys() == set(codes)
    for code in codes:
        problem = problem_of(Rejected(code, parameters=PARAMETERS), table)
        assert problem.code == code
        assert (problem.detail or "").endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted({*CSV_IMPORT, *BALLOT, *STATUS, *FORM_REJECTIONS}))
def test_every_rejection_has_a_sentence_for_people(code: str, language: Language) -> None:
    messages = Messages(language, slices_of("veche_intake"))
    assert sentence_of(Rejected(code, parameters=PARAMETERS), messages)


def test_the_words_are_whole_in_both_languages() -> None:
    assert catalogue_faults("veche_intake") == []
