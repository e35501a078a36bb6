"""Who may come in: staff by their session, tools by the internal key, and nobody by anything else."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from pydantic import SecretStr
from starlette.requests import Request

from tests.unit.notifications.factories import MORNING
from veche_notifications.feeds.model import Reader
from veche_notifications.feeds.visits import Visitors
from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.security.sessions import COOKIE, LIFETIME, Role, StaffSessions

KEY = SecretStr("internal-key-of-the-tests-0123456789abcdef")
SESSIONS = StaffSessions([SecretStr("session-key-of-the-tests-0123456789abcdef")], lambda: MORNING)
VISITORS = Visitors(SESSIONS, KEY)


def request(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "query_string": b""})


def cookie(*roles: Role, departments: Collection[str] = ("roads",)) -> str:
    token = SESSIONS.issue(sub="anna", name="Анна", roles=roles, departments=list(departments))
    return f"{COOKIE}={token}"


@pytest.mark.parametrize(
    ("roles", "reader"),
    [
        (["officer"], Reader("anna", frozenset({"roads"}))),
        (["coordinator"], Reader("anna", frozenset(), coordinator=True)),
        (["officer", "coordinator"], Reader("anna", frozenset({"roads"}), coordinator=True)),
        (["operator"], Reader("anna")),
        (["poll_admin"], Reader("anna")),
    ],
)
def test_roles_decide_what_may_be_read(roles: list[Role], reader: Reader) -> None:
    visit = VISITORS.visit(request(cookie=cookie(*roles)))
    assert visit.reader == reader
    assert visit.until == MORNING + LIFETIME


def test_the_internal_key_opens_everything_to_a_tool_that_has_no_marks() -> None:
    visit = VISITORS.visit(request(authorization=f"Bearer {KEY.get_secret_value()}"))
    assert (visit.reader, visit.until) == (Reader(None), None)


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"cookie": f"{COOKIE}=forged"}, {"authorization": "Basic eA=="}]
)
def test_nobody_else_comes_in(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorised):
        VISITORS.visit(request(**headers))


def test_a_session_is_not_enough_where_only_tools_may_come() -> None:
    with pytest.raises(Unauthorised):
        VISITORS.tool(request(cookie=cookie("coordinator")))


def test_a_change_that_another_sites_page_asks_for_is_refused() -> None:
    with pytest.raises(Forbidden):
        VISITORS.visit(request("PUT", cookie=cookie("officer"), sec_fetch_site="cross-site"))
