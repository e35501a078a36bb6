"""Who is asking, and may they."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr

from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.security import api_keys
from veche_shared.security.bearer import bearer
from veche_shared.security.internal import require_internal
from veche_shared.security.origin import is_foreign, require_same_origin
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import Limit
from veche_shared.security.sessions import COOKIE, Role, StaffSession, StaffSessions, require_staff, staff_session
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.security.tokens import (
    is_tracking_code,
    keyed_digest,
    normalise_code,
    tracking_code,
    voter_key,
)
from veche_shared.settings import SecuritySettings, ServiceSettings

KEY, OLD_KEY, OTHER_KEY = SecretStr("k" * 40), SecretStr("o" * 40), SecretStr("x" * 40)
INTERNAL = "i" * 40
NINE = datetime(2026, 3, 16, 6, tzinfo=UTC)


@dataclass
class Hands:
    """A clock that a test turns."""

    now: datetime = NINE

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def sessions(clock: Hands) -> StaffSessions:
    return StaffSessions([KEY], clock)


def anna(sessions: StaffSessions, *roles: Role) -> str:
    return sessions.issue(sub="a1", name="Анна", roles=roles or ["officer"], departments=["roads"])


# --- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_says_who_is_signed_in_until_twelve_hours_are_over(clock: Hands, sessions: StaffSessions) -> None:
    token = anna(sessions, "officer", "poll_admin")
    session = sessions.read(token)
    assert session is not None
    assert (session.sub, session.name, session.departments) == ("a1", "Анна", ("roads",))
    assert session.roles == {"officer", "poll_admin"}
    clock.turn(timedelta(hours=12) - timedelta(seconds=1))
    assert sessions.read(token) == session
    clock.turn(timedelta(seconds=1))
    assert sessions.read(token) is None


def test_a_key_can_be_changed_without_signing_anybody_out(clock: Hands) -> None:
    token = anna(StaffSessions([OLD_KEY], clock))
    assert StaffSessions([KEY, OLD_KEY], clock).read(token) is not None
    assert StaffSessions([KEY], clock).read(token) is None
    fresh = anna(StaffSessions([KEY, OLD_KEY], clock))
    assert StaffSessions([KEY], clock).read(fresh) is not None


def test_a_forged_or_foreign_token_is_nobody(clock: Hands, sessions: StaffSessions) -> None:
    claims = {"sub": "a1", "name": "A", "roles": ["operator"], "departments": [], "iat": 0, "exp": 9_999_999_999}
    key = OctKey.import_key(KEY.get_secret_value())
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhMSJ9."
    good = {**claims, "iss": "veche", "aud": "staff"}
    for token in (
        "",
        "a.b.c",
        unsigned,
        anna(StaffSessions([OTHER_KEY], clock)),
        anna(sessions)[:-2],
        jwt.encode({"alg": "HS256"}, claims, key),
        jwt.encode({"alg": "HS256"}, {**good, "aud": "citizens"}, key),
        jwt.encode({"alg": "HS256"}, {**good, "roles": ["mayor"]}, key),
        jwt.encode({"alg": "HS512"}, good, key, algorithms=["HS512"]),
    ):
        assert sessions.read(token) is None, token
    assert sessions.read(jwt.encode({"alg": "HS256"}, good, key)) is not None


def test_only_a_coordinator_sees_other_departments(sessions: StaffSessions) -> None:
    officer, coordinator = sessions.read(anna(sessions)), sessions.read(anna(sessions, "coordinator"))
    assert officer is not None
    assert coordinator is not None
    assert officer.may_see("roads")
    assert not officer.may_see("housing")
    assert coordinator.may_see("housing")


# --- over HTTP ------------------------------------------------------------------------------------------------------

router = APIRouter()


@router.get("/who")
async def who(session: Annotated[StaffSession | None, Depends(staff_session)]) -> str:
    return session.name if session else "nobody"


@router.post("/decide")
async def decide(session: Annotated[StaffSession, Depends(require_staff("coordinator"))]) -> str:
    return session.name


@router.post("/vote", dependencies=[Depends(require_same_origin)])
async def vote() -> str:
    return "counted"


@router.get("/internal/v1/contacts", dependencies=[Depends(require_internal)])
async def contacts() -> str:
    return "contacts"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


@pytest.fixture
async def client(clock: Hands) -> AsyncIterator[httpx2.AsyncClient]:
    security = SecuritySettings(
        session_key=KEY, internal_key=SecretStr(INTERNAL), tracking_key=OLD_KEY, voter_key=OTHER_KEY
    )
    app = create_app(
        ServiceInfo("door", "Door", "1"),
        settings=ServiceSettings(security=security),
        lifespan=lifespan,
        routers=[router],
        clock=clock,
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://veche.test") as opened:
        yield opened


async def test_a_cookie_signs_in_and_a_role_opens(client: httpx2.AsyncClient, sessions: StaffSessions) -> None:
    assert (await client.get("/who")).json() == "nobody"
    assert (await client.post("/decide")).json()["type"] == "urn:veche:problem:not_signed_in"
    client.cookies.set(COOKIE, anna(sessions))
    assert (await client.get("/who")).json() == "Анна"
    refused = await client.post("/decide")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:veche:problem:role_missing")
    client.cookies.set(COOKIE, anna(sessions, "coordinator"))
    assert (await client.post("/decide")).json() == "Анна"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://veche.test"}, 200),
        ({}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_a_page_of_another_site_can_change_nothing(
    client: httpx2.AsyncClient, sessions: StaffSessions, headers: dict[str, str], status: int
) -> None:
    client.cookies.set(COOKIE, anna(sessions, "coordinator"))
    assert (await client.post("/decide", headers=headers)).status_code == status
    assert (await client.post("/vote", headers=headers)).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_sites_link_may_be_followed(method: str) -> None:
    assert not is_foreign(method=method, fetch_site="cross-site", origin=None, host="veche.test")


async def test_the_internal_key_opens_internal_doors_only_to_itself(client: httpx2.AsyncClient) -> None:
    path = "/internal/v1/contacts"
    assert (await client.get(path, headers={"Authorization": f"Bearer {INTERNAL}"})).status_code == 200
    for wrong in ("", f"Bearer {INTERNAL}x", "Bearer ", f"Basic {INTERNAL}", f"Bearer {KEY.get_secret_value()}"):
        response = await client.get(path, headers={"Authorization": wrong} if wrong else {})
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(clock: Hands) -> None:
    response = Response()
    StaffSessions([KEY], clock).remember(response, "token")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=token;")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert attribute in cookie
    without_https = Response()
    StaffSessions([KEY], clock, secure=False).remember(without_https, "token")
    assert "Secure" not in without_https.headers["set-cookie"]
    gone = Response()
    StaffSessions([KEY], clock).forget(gone)
    assert "Max-Age=0" in gone.headers["set-cookie"]


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        (None, None),
    ],
)
def test_a_bearer_token_is_read_as_its_standard_says(header: str | None, token: str | None) -> None:
    assert bearer(header) == token


# --- channel keys ---------------------------------------------------------------------------------------------------


def test_a_new_key_proves_itself_and_its_secret_is_stored_nowhere() -> None:
    new = api_keys.generate()
    stored = api_keys.ChannelKey(new.key_id, new.digest, "telegram", frozenset({"appeals:write"}))
    presented = api_keys.parse(new.token.get_secret_value())
    assert presented is not None
    assert stored.proves(presented)
    assert presented.secret not in f"{stored!r}{presented!r}{new!r}"
    assert stored.allows(["appeals:write"])
    assert not stored.allows(["appeals:write", "votes:write"])


def test_another_secret_or_another_id_proves_nothing() -> None:
    one, other = api_keys.generate(), api_keys.generate()
    stored = api_keys.ChannelKey(one.key_id, one.digest, "web", frozenset())
    mine, theirs = (api_keys.parse(key.token.get_secret_value()) for key in (one, other))
    assert mine is not None
    assert theirs is not None
    assert not stored.proves(theirs)
    assert not stored.proves(api_keys.PresentedKey(mine.key_id, theirs.secret))
    assert not stored.proves(api_keys.PresentedKey(theirs.key_id, mine.secret))


@given(st.text(max_size=200))
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    presented = api_keys.parse(text)
    assert presented is None or text == f"veche_{presented.key_id}_{presented.secret}"


# --- codes ----------------------------------------------------------------------------------------------------------

ids = st.uuids(version=4).map(str)


@given(ids)
def test_a_tracking_code_is_the_same_for_ever_and_readable(appeal_id: str) -> None:
    code = tracking_code(KEY, appeal_id)
    assert code == tracking_code(KEY, appeal_id)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert normalise_code(code) == code
    assert code != tracking_code(OTHER_KEY, appeal_id)


@given(ids, st.randoms(use_true_random=False))
def test_a_code_is_known_however_people_type_it(appeal_id: str, random: object) -> None:
    code = tracking_code(KEY, appeal_id)
    typed = [
        code.lower(),
        code.replace("-", " "),
        code.replace("-", ""),
        f"  {code}\n",
        code.replace("0", "O").replace("1", "l"),
        code.replace("1", "I").replace("0", "о"),
        code.translate(str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХУ")),
        code.replace("-", "–"),
    ]
    assert all(is_tracking_code(KEY, appeal_id, text) for text in typed)


@given(ids, ids)
def test_a_code_opens_its_own_appeal_and_no_other(one: str, other: str) -> None:
    assert is_tracking_code(KEY, one, tracking_code(KEY, other)) is (one == other)


@given(st.text(max_size=60))
def test_no_text_makes_reading_a_code_fail(text: str) -> None:
    code = normalise_code(text)
    assert code is None or len(code) == 14
    assert not is_tracking_code(KEY, "an-appeal", text)


def test_a_voter_has_one_key_a_poll_and_nothing_in_common_between_polls() -> None:
    first = voter_key(KEY, "poll-1", "web", "anna")
    assert first == voter_key(KEY, "poll-1", "web", "anna")
    others = [
        voter_key(KEY, "poll-2", "web", "anna"),
        voter_key(KEY, "poll-1", "max", "anna"),
        voter_key(KEY, "poll-1", "web", "boris"),
        voter_key(OTHER_KEY, "poll-1", "web", "anna"),
    ]
    assert len({first, *others}) == 5
    assert re.fullmatch("[0-9a-f]{64}", first)


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_different_parts_never_make_the_same_message(one: list[str], other: list[str]) -> None:
    same = keyed_digest(KEY, "test", *one) == keyed_digest(KEY, "test", *other)
    assert same is (one == other)


# --- signed cookies -------------------------------------------------------------------------------------------------

HOUR = timedelta(hours=1)


def cookie(key: SecretStr = KEY, purpose: str = "voter", clock: Hands | None = None) -> SignedCookie:
    return SignedCookie(key, purpose, HOUR, clock or Hands())


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_what_was_signed_comes_back_and_what_was_changed_does_not(values: list[str]) -> None:
    signed = cookie().write(values)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", signed)
    assert cookie().read(signed) == values
    assert cookie(purpose="language").read(signed) == []
    assert cookie(key=OTHER_KEY).read(signed) == []
    assert cookie().read(f"x{signed}") == []
    assert cookie().read(signed[:-1]) == []


def test_a_signed_cookie_is_good_for_its_time_whatever_the_browser_does(clock: Hands) -> None:
    signed = cookie(clock=clock).write(["a"])
    clock.turn(HOUR - timedelta(seconds=1))
    assert cookie(clock=clock).read(signed) == ["a"]
    clock.turn(timedelta(seconds=1))
    assert cookie(clock=clock).read(signed) == []


@given(st.text())
def test_no_cookie_of_a_strangers_says_anything(value: str) -> None:
    assert cookie().read(value) == []
    assert cookie().read(None) == []


# --- passwords ------------------------------------------------------------------------------------------------------


def quick() -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


async def test_a_password_is_known_again_and_another_one_is_not() -> None:
    passwords = Passwords(quick())
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != await passwords.hash("correct horse")
    assert (await passwords.verify("correct horse", stored)).right
    assert not (await passwords.verify("wrong horse", stored)).right
    assert not (await passwords.verify("correct horse", None)).right
    assert not (await passwords.verify("correct horse", "no hash at all")).right
    assert not (await passwords.verify("x" * 100_000, stored)).right


async def test_an_outdated_hash_is_renewed_at_sign_in() -> None:
    stored = await Passwords(quick()).hash("correct horse")
    verified = await Passwords(Argon2Hasher(time_cost=2, memory_cost=64, parallelism=1)).verify("correct horse", stored)
    assert verified.right
    assert verified.renewed is not None
    assert verified.renewed != stored


@pytest.mark.parametrize("password", ["short", "x" * 257])
async def test_a_password_of_an_impossible_length_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="10 to 256"):
        await Passwords(quick()).hash(password)


async def test_hashing_does_not_hold_up_the_event_loop() -> None:
    hashing = asyncio.create_task(Passwords(Argon2Hasher(time_cost=3, memory_cost=16_384)).hash("correct horse"))
    longest = 0.0
    while not hashing.done():
        before = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - before)
    await hashing
    assert longest < 0.2


# --- rate limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 0), (1, -1)])
def test_a_limit_that_limits_nothing_is_refused(attempts: int, minutes: int) -> None:
    with pytest.raises(ValueError, match="limit needs"):
        Limit(attempts, timedelta(minutes=minutes))
