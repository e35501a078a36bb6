"""How the public view follows the case's events, and why an appeal is not opened. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from veche_intake.status.model import Name, PublicView, Step
from veche_shared.contracts.cases import CaseChanged, CaseChangedV1, Named
from veche_shared.rejection import Rejected

UNKNOWN: Final = Rejected("appeal_unknown")
"""An unknown number and a wrong code get the same answer, so that nobody can find out which numbers there are."""

MIN_ANSWERS_FOR_MEDIAN: Final = 5
"""Fewer answers than this say nothing about how long one waits."""


HALF_HOUR: Final = timedelta(minutes=30)
"""How exactly it is kept in what time an answer came: whole hours and days are rounded at its multiples."""


def slow_down(seconds: int) -> Rejected:
    """Too many wrong numbers or codes: the next may be tried after ``seconds``."""
    return Rejected("slow_down", parameters={"retry_after": seconds})


def after(view: PublicView | None, event: CaseChangedV1) -> PublicView:
    """The view once ``event`` is known.

    Its step takes its place in the order of versions, once; the state follows only an event that is newer than the
    view, since the newest event carries the whole state.
    """
    case, at = event.data, event.time
    step = Step(case.version, at, case.action, case.status, case.in_triage, _name(case.department))
    if view is None:
        return _state(case, event, (step,))
    if any(known.version == case.version for known in view.steps):
        return view
    steps = tuple(sorted((*view.steps, step), key=lambda known: known.version))
    if case.version < view.version:
        return replace(view, steps=steps)
    following = _state(case, event, steps)
    since = at if _moved(view, following) else view.since
    answered_at = view.answered_at if case.answer is not None and case.answer == view.answer else following.answered_at
    return replace(following, since=since, answered_at=answered_at)


def _moved(before: PublicView, now: PublicView) -> bool:
    return (before.status, before.in_triage, before.department) != (now.status, now.in_triage, now.department)


def after_all(views: dict[str, PublicView], events: Iterable[CaseChangedV1]) -> dict[str, PublicView]:
    """The views, by number, that ``events`` have changed."""
    changed: dict[str, PublicView] = {}
    for event in events:
        number = event.data.number
        changed[number] = after(changed.get(number, views.get(number)), event)
    return changed


def half_hours(time: timedelta) -> int:
    """The whole half hours in the time that an answer took; 0 where clocks differ so that it took less than none."""
    return max(0, time // HALF_HOUR)


def middle_of(times: Mapping[int, int]) -> int:
    """The median of values that came so many times each; of two in the middle the upper one. None may come -1 times.

    Raises ValueError where there is no value.
    """
    left = sum(times.values()) // 2
    for time, count in sorted(times.items()):
        if left < count:
            return time
        left -= count
    raise ValueError("the median of nothing")


def median_is_meaningful(answered: int) -> bool:
    """Whether a median of so many answers is worth showing."""
    return answered >= MIN_ANSWERS_FOR_MEDIAN


def _state(case: CaseChanged, event: CaseChangedV1, steps: tuple[Step, ...]) -> PublicView:
    return PublicView(
        number=case.number,
        case_id=case.case_id,
        version=case.version,
        status=case.status,
        in_triage=case.in_triage,
        since=event.time,
        registered_at=case.registered_at,
        department=_name(case.department),
        due_at=case.due_at,
        due_on=case.due_on,
        due_unit=case.due_unit,
        answer=case.answer,
        answered_at=event.time if case.answer is not None else None,
        steps=steps,
    )


def _name(named: Named | None) -> Name | None:
    return None if named is None else Name(named.name, named.name_en)
