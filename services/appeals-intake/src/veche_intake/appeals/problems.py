"""The problem that an HTTP caller gets for each rejection of an appeal."""

from __future__ import annotations

from typing import Final

from veche_intake.submissions import http as submissions
from veche_shared.http.problems import Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable

PROBLEMS: Final[ProblemTable] = {
    **submissions.PROBLEMS,
    "too_early": ProblemRow(
        Unprocessable, "Give the moment at which the channel had the appeal; nothing is older than 2000."
    ),
    "unknown_regime": ProblemRow(Unprocessable, "Give a legal regime that this city knows, or leave the field out."),
}
