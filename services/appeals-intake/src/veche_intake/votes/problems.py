"""The problem that an HTTP caller gets for each rejection of a vote."""

from __future__ import annotations

from typing import Final

from veche_intake.submissions import http as submissions
from veche_shared.http.problems import Conflict, NotFound, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable

PROBLEMS: Final[ProblemTable] = {
    **submissions.PROBLEMS,
    "too_early": ProblemRow(Unprocessable, "Give the moment at which the person chose; nothing is older than 2000."),
    "poll_unknown": ProblemRow(NotFound, "There is no such poll; check poll_id."),
    "poll_not_open": ProblemRow(Conflict, "This poll has not begun; nothing was stored."),
    "poll_closed": ProblemRow(Conflict, "This poll is over; nothing was stored."),
    "option_unknown": ProblemRow(Unprocessable, "Give codes of this poll's options."),
    "option_repeated": ProblemRow(Unprocessable, "Give each option once."),
    "too_many_choices": ProblemRow(Unprocessable, "Choose at most {limit}."),
    "voted_already": ProblemRow(
        Conflict, "This person has voted in this poll; the first vote counts and this one was not stored."
    ),
}
