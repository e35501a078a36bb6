"""From a rejection to the problem that an HTTP caller gets, by one table a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from veche_shared.http.problems import FieldError, Problem, TooManyRequests, Unprocessable
from veche_shared.rejection import Rejected

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """How a code is told over HTTP: the kind of problem (and so the status), and what the developer of a client reads.

    The sentence is English and may name the rejection's parameters in braces.
    """

    kind: type[Problem]
    sentence: str


ProblemTable: TypeAlias = Mapping[str, ProblemRow]
"""Code of a rejection → how it is told. It has a row for each code that the rules of the slice return."""


def problem_of(rejected: Rejected | Sequence[Rejected], table: ProblemTable) -> Problem:
    """The problem for a rejection, or for all that is wrong with a request.

    Rejections of fields become one 422 with a fault for each (a JSON pointer, a code, what to do); a rejection of the
    whole is the problem of its row. One whose row is TooManyRequests has the parameter ``retry_after``, in seconds.
    Raises KeyError for a code without a row: a test of the slice prevents that.
    """
    several = [rejected] if isinstance(rejected, Rejected) else list(rejected)
    whole = next((one for one in several if one.field is None), None)
    if whole is not None:
        row = table[whole.code]
        if issubclass(row.kind, TooManyRequests):
            seconds = int(whole.parameters["retry_after"])
            return row.kind(_sentence(whole, row), retry_after=seconds, code=whole.code)
        return row.kind(_sentence(whole, row), code=whole.code)
    return Unprocessable(
        errors=[FieldError(one.code, _sentence(one, table[one.code]), pointer=one.field) for one in several]
    )


def accepted(answer: T | Rejected, table: ProblemTable) -> T:
    """The answer of a command; raises the problem of its rejection."""
    if isinstance(answer, Rejected):
        raise problem_of(answer, table)
    return answer


def _sentence(rejected: Rejected, row: ProblemRow) -> str:
    return row.sentence.format(**rejected.parameters)


__all__ = ["ProblemRow", "ProblemTable", "accepted", "problem_of"]
