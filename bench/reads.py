"""Every read of the four services: each GET route, in the ways in which its work differs. ``READS`` names them all.

A unit test compares the table with the routes of the services, so that a new route cannot be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Person = Literal["nobody", "author", "officer", "coordinator", "poll_admin", "tools", "notifications"]

UNMEASURED: Final[Mapping[str, str]] = {
    "/health/live": "reads nothing",
    "/internal/v1/sessions/ended": "grows with the sessions that were ended within twelve hours, not with the city",
    "/health/ready": "reads nothing that grows",
    "/metrics": "reads memory",
    "/openapi/intake.json": "a constant",
    "/openapi/routing.json": "a constant",
    "/openapi/notifications.json": "a constant",
    "/openapi/surveys.json": "a constant",
    "/api/v1/feeds/{feed}/stream": "begins with the route of the feed's changes, which is measured, and does not end",
    "/internal/v1/feeds/{feed}/stream": "the same for tools",
    "/polls/manage/{poll_id}/{action}": "leads elsewhere",
    "/internal/v1/polls/{poll_id}/audit": "counts every ballot of a poll anew, since that is what it is for",
}
"""Routes that are not measured, and why."""


@dataclass(frozen=True, slots=True)
class Read:
    """One read: ``path`` is the route's template, filled from ``Targets``; ``query`` tells it from its siblings."""

    service: str
    path: str
    person: Person
    query: str = ""
    html: bool = False

    @property
    def name(self) -> str:
        person = "" if self.person in ("nobody", "author") else f" ({self.person})"
        return f"{self.path}{self.query}{person}"

    def address(self, targets: Mapping[str, str]) -> str:
        """The path and query for one installation."""
        return (self.path + self.query).format_map(targets)


READS: Final = (
    # intake
    Read("intake", "/", "nobody", html=True),
    Read("intake", "/internal/v1/contacts/{pseudonym}", "notifications"),
    Read("intake", "/api/v1/appeals/{appeal}", "nobody", "?code={code}"),
    Read("intake", "/a", "nobody", html=True),
    Read("intake", "/a/{appeal}", "author", html=True),
    Read("intake", "/a/{appeal}/state", "author", html=True),
    # routing
    Read("routing", "/api/v1/cases", "coordinator"),
    Read("routing", "/api/v1/cases", "officer"),
    Read("routing", "/api/v1/cases", "coordinator", "?cursor={middle_of_cases}"),
    Read("routing", "/api/v1/cases", "coordinator", "?department={department}"),
    Read("routing", "/api/v1/cases", "coordinator", "?status=new"),
    Read("routing", "/api/v1/cases", "coordinator", "?status=in_progress"),
    Read("routing", "/api/v1/cases", "coordinator", "?topic={topic}"),
    Read("routing", "/api/v1/cases", "coordinator", "?territory={territory}"),
    Read("routing", "/api/v1/cases", "coordinator", "?overdue=true"),
    Read("routing", "/api/v1/cases", "officer", "?overdue=true"),
    Read("routing", "/api/v1/cases", "officer", "?status=in_progress"),
    Read("routing", "/api/v1/triage", "coordinator"),
    Read("routing", "/api/v1/cases/{case}", "coordinator"),
    Read("routing", "/internal/v1/counts", "tools"),
    Read("routing", "/cases/{case}", "coordinator", html=True),
    Read("routing", "/cases/{case}/panel", "coordinator", html=True),
    Read("routing", "/triage", "coordinator", html=True),
    Read("routing", "/api/v1/directory", "coordinator"),
    Read("routing", "/api/v1/sessions/current", "coordinator"),
    Read("routing", "/api/v1/sessions", "coordinator"),
    Read("routing", "/account", "coordinator", html=True),
    Read("routing", "/sign-in", "nobody", html=True),
    # notifications
    Read("notifications", "/api/v1/feeds", "officer"),
    Read("notifications", "/api/v1/feeds", "coordinator"),
    Read("notifications", "/api/v1/feeds/{department}", "officer"),
    Read("notifications", "/api/v1/feeds/{department}", "officer", "?before={middle_of_feed}"),
    Read("notifications", "/api/v1/feeds/{department}", "officer", "?after={middle_of_feed}"),
    Read("notifications", "/api/v1/feeds/{department}", "officer", "?order=deadline"),
    Read("notifications", "/api/v1/feeds/{department}", "officer", "?unread=true"),
    Read("notifications", "/api/v1/feeds/{department}", "officer", "?unread=true&order=deadline"),
    Read("notifications", "/api/v1/feeds/all", "coordinator"),
    Read("notifications", "/api/v1/feeds/all", "coordinator", "?order=deadline"),
    Read("notifications", "/api/v1/feeds/triage", "coordinator", "?order=deadline"),
    Read("notifications", "/internal/v1/counts", "tools"),
    Read("notifications", "/internal/v1/feeds", "tools"),
    Read("notifications", "/internal/v1/feeds/{feed}", "tools"),
    Read("notifications", "/desk", "officer", html=True),
    Read("notifications", "/desk", "coordinator", html=True),
    Read("notifications", "/desk/{department}", "officer", html=True),
    Read("notifications", "/desk/{department}", "officer", "?unread=true", html=True),
    Read("notifications", "/desk/{department}/rows", "officer", "?after={middle_of_feed}", html=True),
    Read("notifications", "/desk/{department}/rows/{case_of_department}", "officer", html=True),
    Read("notifications", "/api/v1/cases/{case}/notices", "coordinator"),
    Read("notifications", "/internal/v1/cases/{case}/notices", "tools"),
    Read("notifications", "/internal/v1/deliveries/{delivery}", "tools"),
    # surveys
    Read("surveys", "/api/v1/polls", "nobody"),
    Read("surveys", "/api/v1/polls/{poll}", "nobody"),
    Read("surveys", "/polls/manage", "poll_admin", html=True),
    Read("surveys", "/polls/manage/new", "poll_admin", html=True),
    Read("surveys", "/api/v1/polls/{poll}/results", "nobody"),
    Read("surveys", "/api/v1/polls/{poll}/receipts/{vote}", "nobody"),
    Read("surveys", "/polls", "nobody", html=True),
    Read("surveys", "/polls/{poll}", "nobody", html=True),
    Read("surveys", "/polls/{poll}/state", "nobody", html=True),
)
