"""How this slice's rejections are told over HTTP, and by the command line in the same words."""

from __future__ import annotations

from typing import Final

from veche_shared.http.problems import Conflict, NotFound, TooManyRequests, Unauthorised, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable
from veche_shared.rejection import Rejected

PROBLEMS: Final[ProblemTable] = {
    "wrong_credentials": ProblemRow(Unauthorised, "The login or the password is wrong."),
    "sign_in_throttled": ProblemRow(TooManyRequests, "Too many failed sign-ins; wait."),
    "login_unknown": ProblemRow(NotFound, "login: there is no such account"),
    "login_taken": ProblemRow(Conflict, "login: it is taken"),
    "login_malformed": ProblemRow(
        Unprocessable, "login: lower-case Latin letters, digits, dot, dash or underscore, at most 64"
    ),
    "name_missing": ProblemRow(Unprocessable, "name: say how the person is called"),
    "role_missing": ProblemRow(Unprocessable, "role: at least one of {roles}"),
    "department_missing": ProblemRow(Unprocessable, "department: an officer needs at least one"),
    "department_unknown": ProblemRow(Unprocessable, "department {department}: not in the directory"),
    "password_length": ProblemRow(Unprocessable, "password: {min} to {max} characters"),
    "password_guessable": ProblemRow(
        Unprocessable, "password: it is guessed too easily; take some words that do not belong together"
    ),
    "password_unchanged": ProblemRow(Unprocessable, "password: it is the present one"),
    "passwords_differ": ProblemRow(Unprocessable, "password: the two are not the same"),
    "wrong_current_password": ProblemRow(Unprocessable, "The present password is wrong."),
    "session_unknown": ProblemRow(NotFound, "There is no such session of yours, or it has ended."),
}


def sentence_of(rejected: Rejected) -> str:
    """What an operator reads."""
    return PROBLEMS[rejected.code].sentence.format(**rejected.parameters)
