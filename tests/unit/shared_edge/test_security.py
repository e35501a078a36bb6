"""Who is asking, and may they."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from typing import Annotated, Any, cast, get_args

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey
from prometheus_client import REGISTRY
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from starlette.requests import Request
from structlog.testing import capture_logs

from tests.keys import KEYS, a_session, token_of
from tests.keys import bearer as bearer_header
from veche_local.keys import InstallationKeys, new_keys
from veche_routing.directory.session_cookie import SessionCookie
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.security import api_keys
from veche_shared.security.bearer import bearer
from veche_shared.security.internal import InternalCallers, key_digest, require_internal
from veche_shared.security.key_pairs import new_key_pair, public_line, read_private_key, read_public_key
from veche_shared.security.origin import is_foreign, require_same_origin
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import Limit
from veche_shared.security.sessions import (
    ALGORITHM,
    COOKIE,
    LIFETIME,
    RequestAuthenticator,
    Role,
    SessionVerifier,
    StaffSession,
    cookie_name,
    no_sessions,
    require_staff,
    staff_session,
)
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.security.tokens import (
    is_tracking_code,
    keyed_digest,
    normalise_code,
    tracking_code,
    voter_key,
)
from veche_shared.settings import CallerSettings, ServiceSettings

KEY, OLD_KEY, OTHER_KEY = SecretStr("k" * 40), SecretStr("o" * 40), SecretStr("x" * 40)
OTHER_KEYS = new_keys()
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
def verifier(clock: Hands) -> SessionVerifier:
    return SessionVerifier([KEYS.session_public], clock)


def anna(*roles: Role, keys: InstallationKeys = KEYS) -> str:
    """The cookie of somebody who has signed in at nine."""
    account, session = a_session(*(roles or ("officer",)), login="a1", name="Анна", departments=["roads"], now=NINE)
    return token_of(account, session, keys)


# --- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_says_who_is_signed_in_until_twelve_hours_are_over(clock: Hands, verifier: SessionVerifier) -> None:
    token = anna("officer", "poll_admin")
    session = verifier.read(token)
    assert session is not None
    assert (session.sub, session.name, session.departments) == ("a1", "Анна", ("roads",))
    assert session.roles == {"officer", "poll_admin"}
    clock.turn(timedelta(hours=12) - timedelta(seconds=1))
    assert verifier.read(token) == session
    assert not verifier.is_over(session)
    clock.turn(timedelta(seconds=1))
    assert verifier.read(token) is None
    assert verifier.is_over(session)


def test_a_key_can_be_changed_without_signing_anybody_out(clock: Hands) -> None:
    former, fresh = anna(keys=OTHER_KEYS), anna()
    both = SessionVerifier([KEYS.session_public, OTHER_KEYS.session_public], clock)
    assert both.read(former) is not None
    assert both.read(fresh) is not None
    only_new = SessionVerifier([KEYS.session_public], clock)
    assert only_new.read(former) is None
    assert only_new.read(fresh) is not None


def test_a_forged_or_foreign_token_is_nobody(verifier: SessionVerifier) -> None:
    signing = read_private_key(KEYS.session_signing)
    header = {"alg": ALGORITHM, "kid": signing.thumbprint()}
    claims: dict[str, Any] = {
        "iss": "veche",
        "aud": "staff",
        "sid": "s1",
        "sub": "a1",
        "name": "A",
        "roles": ["operator"],
        "departments": [],
        "iat": int(NINE.timestamp()),
        "exp": int((NINE + LIFETIME).timestamp()),
    }

    def signed(header: dict[str, str], claims: Mapping[str, object]) -> str:
        return jwt.encode(header, dict(claims), signing, algorithms=[header["alg"]])

    without = {name: {key: value for key, value in claims.items() if key != name} for name in claims}
    for token in (
        "",
        "a.b.c",
        anna(keys=OTHER_KEYS),
        anna()[:-2],
        signed({"alg": ALGORITHM}, claims),
        signed({**header, "kid": read_private_key(OTHER_KEYS.session_signing).thumbprint()}, claims),
        signed({**header, "kid": "main"}, claims),
        *(signed(header, shorter) for shorter in without.values()),
        signed(header, {**claims, "iss": "somebody"}),
        signed(header, {**claims, "aud": "citizens"}),
        signed(header, {**claims, "roles": "operator"}),
        signed(header, {**claims, "aud": ["staff"]}),
        signed(header, {**claims, "iat": 5, "exp": 4}),
        signed(header, {**claims, "iat": claims["exp"], "exp": claims["iat"]}),
        signed(header, {**claims, "iat": 0}),
        signed(header, {**claims, "exp": 9_999_999_999}),
        signed(header, {**claims, "exp": 10**30}),
        signed(header, {**claims, "exp": claims["exp"] + 1}),
        signed(header, {**claims, "iat": claims["iat"] + 3601, "exp": claims["exp"] + 3601}),
    ):
        assert verifier.read(token) is None, token
    assert verifier.read(signed(header, claims)) is not None


def _encoded(header: Mapping[str, object]) -> str:
    return _base64(json.dumps(header).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _sent(header: object, claims: str, signature: str) -> str:
    return f"{_base64(json.dumps(header).encode())}.{claims}.{signature}"


NAMES = st.sampled_from(["alg", "kid", "crit", "b64", "typ", "cty", "jwk", "jku", "x5c", "x5u", "zip", "enc", "exp"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["none", "Ed25519"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(header=st.dictionaries(NAMES, VALUES) | VALUES, keep=st.booleans())
def test_a_header_that_nobody_signed_is_nobody_whatever_it_holds(header: object, keep: bool) -> None:
    """And it is no failure of the service: anybody can send one."""
    verifier = SessionVerifier([KEYS.session_public], Hands())
    own, claims, signature = anna().split(".")
    if keep and isinstance(header, dict):
        header = {**json.loads(base64.urlsafe_b64decode(f"{own}==")), **header}
    sent = _sent(header, claims, signature)
    assert verifier.read(sent) is None or sent == anna()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(_sent({"alg": ALGORITHM, "kid": "x", "crit": 5}, "e30", "AA"), id="crit is no list"),
        pytest.param("a" * 60_000, id="long"),
        pytest.param("." * 60_000, id="many parts"),
        pytest.param(f"{base64.urlsafe_b64encode(b'[' * 40_000).decode()}.e30.AA", id="deep"),
        pytest.param(f"{base64.urlsafe_b64encode(b'9' * 40_000).decode()}.e30.AA", id="long number"),
        pytest.param("\udc80.é.\0", id="no text"),
        pytest.param(" ", id="blank"),
    ],
)
def test_a_token_that_no_program_would_write_is_nobody(verifier: SessionVerifier, token: str) -> None:
    assert verifier.read(token) is None


@given(known=st.frozensets(st.sampled_from(get_args(Role))), added=st.frozensets(st.text(min_size=1), max_size=3))
def test_a_role_that_a_newer_release_has_added_gives_no_rights_and_takes_none(
    known: frozenset[Role], added: frozenset[str]
) -> None:
    account, session = a_session(now=NINE)
    newer = replace(account, roles=cast("frozenset[Role]", known | added))
    read = SessionVerifier([KEYS.session_public], Hands()).read(token_of(newer, session))
    assert read is not None
    assert read.roles == known | (added & set(get_args(Role)))


@pytest.mark.parametrize("slow", [timedelta(minutes=1), timedelta(minutes=59)])
def test_a_replica_whose_clock_is_slow_takes_a_session_that_has_just_begun(
    clock: Hands, verifier: SessionVerifier, slow: timedelta
) -> None:
    clock.turn(-slow)
    assert verifier.read(anna()) is not None


def test_whoever_has_the_public_key_alone_can_sign_nothing(verifier: SessionVerifier) -> None:
    """The confusions of algorithms: the public key as a secret of HMAC, and no signature at all (RFC 8725, 2.1)."""
    public = read_public_key(KEYS.session_public)
    account, session = a_session("operator", now=NINE)
    with pytest.raises(ValueError, match="must be a private Ed25519 key"):
        SessionCookie(SecretStr(KEYS.session_public), secure=True).token(account, session)
    header, claims, _ = anna().split(".")
    as_secrets = (
        KEYS.session_public.encode(),
        public.as_pem(private=False),
        public.as_pem(private=False).strip(),
        public.as_der(private=False),
        base64.b64decode(KEYS.session_public)[-32:],
    )
    for algorithm, digest in (("HS256", sha256), ("HS512", sha512)):
        for kid in (public.thumbprint(), None):
            forged = _encoded({"alg": algorithm, **({} if kid is None else {"kid": kid})})
            for secret in as_secrets:
                signature = hmac.digest(secret, f"{forged}.{claims}".encode(), digest)
                assert verifier.read(f"{forged}.{claims}.{_base64(signature)}") is None
    for name in ("none", "None", "NONE"):
        for kid in (public.thumbprint(), None):
            unsigned = _encoded({"alg": name, **({} if kid is None else {"kid": kid})})
            assert verifier.read(f"{unsigned}.{claims}.") is None
    own = OKPKey.generate_key("Ed25519")
    embedded = {"alg": ALGORITHM, "kid": public.thumbprint(), "jwk": own.as_dict(private=False)}
    content = json.loads(base64.urlsafe_b64decode(f"{claims}=="))
    assert verifier.read(jwt.encode(embedded, content, own, algorithms=[ALGORITHM])) is None
    assert verifier.read(f"{header}.{claims}.") is None


async def test_a_service_without_pages_for_staff_knows_nobody(clock: Hands) -> None:
    request = Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={anna()}".encode())]})
    assert await no_sessions(clock).session_of(request) is None


def test_only_a_coordinator_sees_other_departments(verifier: SessionVerifier) -> None:
    officer, coordinator = verifier.read(anna()), verifier.read(anna("coordinator"))
    assert officer is not None
    assert coordinator is not None
    assert officer.may_see("roads")
    assert not officer.may_see("housing")
    assert coordinator.may_see("housing")


# --- key pairs ------------------------------------------------------------------------------------------------------


def test_a_key_is_read_from_its_line_and_from_what_openssl_writes() -> None:
    pair = new_key_pair()
    private = f"-----BEGIN PRIVATE KEY-----\n{pair.private}\n-----END PRIVATE KEY-----\n"
    public = f"-----BEGIN PUBLIC KEY-----\n{pair.public}\n-----END PUBLIC KEY-----\n"
    assert public_line(read_private_key(pair.private)) == public_line(read_private_key(private)) == pair.public
    assert public_line(read_public_key(pair.public)) == public_line(read_public_key(public)) == pair.public
    assert pair.private not in repr(pair)
    assert new_key_pair() != pair


@pytest.mark.parametrize("read", [read_private_key, read_public_key])
def test_what_is_no_ed25519_key_of_the_kind_is_refused_and_not_repeated(read: Callable[[str], OKPKey]) -> None:
    pair = new_key_pair()
    wrong = [
        "",
        "no key",
        pair.public if read is read_private_key else pair.private,
        *(key.as_pem(private=True).decode() for key in (OKPKey.generate_key("X25519"), OKPKey.generate_key("Ed448"))),
        *(key.as_pem(private=False).decode() for key in (OKPKey.generate_key("X25519"), OKPKey.generate_key("Ed448"))),
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
    ]
    for text in wrong:
        with pytest.raises(ValueError, match="must be") as refused:
            read(text)
        assert text == "" or text not in str(refused.value)


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


@router.get("/internal/v1/contacts")
async def contacts(caller: Annotated[str, Depends(require_internal("notifications"))]) -> str:
    return caller


@router.get("/internal/v1/counts")
async def counts(caller: Annotated[str, Depends(require_internal("notifications", "tools"))]) -> str:
    return caller


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


class Callers(CallerSettings):
    notifications: str = key_digest(KEYS.notifications)
    tools: str = key_digest(KEYS.tools)
    replay: str | None = None


class DoorSettings(ServiceSettings):
    callers: Callers = Callers()


@pytest.fixture
def ended() -> set[str]:
    """The ids of the sessions that were ended."""
    return set()


@pytest.fixture
async def client(clock: Hands, ended: set[str]) -> AsyncIterator[httpx2.AsyncClient]:
    async def is_ended(session: StaffSession) -> bool:
        return session.sid in ended

    app = create_app(
        ServiceInfo("door", "Door", "1"),
        settings=DoorSettings(),
        lifespan=lifespan,
        routers=[router],
        authenticator=RequestAuthenticator(SessionVerifier([KEYS.session_public], clock), is_ended),
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://veche.test") as opened:
        yield opened


async def test_a_cookie_signs_in_and_a_role_opens(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/who")).json() == "nobody"
    assert (await client.post("/decide", json={})).json()["type"] == "urn:veche:problem:not_signed_in"
    client.cookies.set(COOKIE, anna())
    assert (await client.get("/who")).json() == "Анна"
    refused = await client.post("/decide", json={})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:veche:problem:role_missing")
    client.cookies.set(COOKIE, anna("coordinator"))
    assert (await client.post("/decide", json={})).json() == "Анна"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://veche.test"}, 200),
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({}, 403),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 403),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 403),
        ({"Content-Type": "TEXT/PLAIN;charset=utf-8"}, 403),
        ({"Content-Type": "application/json", "Origin": "https://evil.test"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_a_page_of_another_site_can_change_nothing(
    client: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    client.cookies.set(COOKIE, anna("coordinator"))
    assert (await client.post("/decide", headers=headers)).status_code == status
    assert (await client.post("/vote", headers=headers)).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_sites_link_may_be_followed(method: str) -> None:
    assert not is_foreign(method=method, fetch_site="cross-site", origin=None, host="veche.test", content_type=None)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_what_no_form_can_ask_for_needs_no_header(method: str) -> None:
    assert not is_foreign(method=method, fetch_site=None, origin=None, host="veche.test", content_type=None)


async def test_a_session_that_was_ended_is_nobodys(
    client: httpx2.AsyncClient, verifier: SessionVerifier, ended: set[str]
) -> None:
    client.cookies.set(COOKIE, anna("coordinator"))
    session = verifier.read(client.cookies[COOKIE])
    assert session is not None
    assert (await client.post("/decide", json={})).status_code == 200
    ended.add(session.sid)
    assert (await client.get("/who")).json() == "nobody"
    assert (await client.post("/decide", json={})).json()["type"] == "urn:veche:problem:not_signed_in"


@pytest.mark.parametrize(
    ("key", "contacts", "counts"),
    [
        (KEYS.notifications, 200, 200),
        (KEYS.tools, 403, 200),
        (f"{KEYS.tools}x", 401, 401),
        (KEYS.tracking, 401, 401),
        (key_digest(KEYS.tools), 401, 401),
        ("", 401, 401),
    ],
    ids=["notifications", "tools", "nearly the tools", "another secret", "what the service stores", "nothing"],
)
async def test_an_internal_endpoint_admits_the_callers_that_it_names(
    client: httpx2.AsyncClient, key: str, contacts: int, counts: int
) -> None:
    for path, status in (("contacts", contacts), ("counts", counts)):
        response = await client.get(f"/internal/v1/{path}", headers=bearer_header(key))
        assert response.status_code == status
        assert response.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


async def test_a_caller_is_known_by_its_own_key_and_counted(client: httpx2.AsyncClient) -> None:
    def calls(caller: str, outcome: str) -> float:
        labels = {"service": "door", "caller": caller, "outcome": outcome}
        return REGISTRY.get_sample_value("veche_internal_calls_total", labels) or 0.0

    before = calls("tools", "admitted"), calls("tools", "refused"), calls("unknown", "refused")
    assert (await client.get("/internal/v1/counts", headers=bearer_header(KEYS.tools))).json() == "tools"
    with capture_logs() as logs:
        await client.get("/internal/v1/contacts", headers=bearer_header(KEYS.tools))
        await client.get("/internal/v1/counts", headers={"Authorization": f"Basic {KEYS.tools}"})
    assert (calls("tools", "admitted"), calls("tools", "refused"), calls("unknown", "refused")) == tuple(
        count + 1 for count in before
    )
    refused = [line for line in logs if line["event"] == "internal_call_refused"]
    assert [(line["caller"], line["route"]) for line in refused] == [
        ("tools", "/internal/v1/contacts"),
        ("unknown", "/internal/v1/counts"),
    ]
    assert KEYS.tools not in str(logs)


async def test_a_session_opens_no_internal_endpoint_and_a_callers_key_no_other(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/decide", headers=bearer_header(KEYS.tools))).status_code == 401
    assert (await client.get("/who", headers=bearer_header(KEYS.tools))).json() == "nobody"
    client.cookies.set(COOKIE, anna("coordinator"))
    assert (await client.get("/internal/v1/counts")).status_code == 401


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites() -> None:
    signing, (account, session) = SecretStr(KEYS.session_signing), a_session("officer")
    response = Response()
    SessionCookie(signing, secure=True).set(response, account, session)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"__Host-veche_session={token_of(account, session)};")
    assert "domain" not in cookie.lower()
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert attribute in cookie
    without_https = Response()
    SessionCookie(signing, secure=False).set(without_https, account, session)
    assert "Secure" not in without_https.headers["set-cookie"]
    assert without_https.headers["set-cookie"].startswith(f"veche_session={token_of(account, session)};")
    gone = Response()
    SessionCookie(signing, secure=True).delete(gone)
    assert gone.headers["set-cookie"].startswith('__Host-veche_session="";')
    assert "Max-Age=0" in gone.headers["set-cookie"]


@pytest.mark.parametrize("order", [1, -1])
async def test_with_https_only_the_cookie_counts_that_no_other_host_can_set(
    clock: Hands, verifier: SessionVerifier, order: int
) -> None:
    async def never(_session: StaffSession) -> bool:
        return False

    own, planted = token_of(*a_session("officer", login="own", now=NINE)), token_of(*a_session(login="evil", now=NINE))
    pairs = [f"{cookie_name(secure=True)}={own}", f"{cookie_name(secure=False)}={planted}"][::order]
    authenticator = RequestAuthenticator(verifier, never, cookie_name(secure=True))
    both = Request({"type": "http", "headers": [(b"cookie", "; ".join(pairs).encode())]})
    session = await authenticator.session_of(both)
    assert session is not None
    assert session.sub == "own"
    alone = Request({"type": "http", "headers": [(b"cookie", f"veche_session={planted}".encode())]})
    assert await authenticator.session_of(alone) is None


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer \t", "Basic x"])
async def test_whoever_shows_no_key_is_nobody_even_where_the_empty_key_was_admitted(
    clock: Hands, authorization: str | None
) -> None:
    """An operator who takes the SHA-256 of a variable that is not set."""
    callers = InternalCallers("door", {"tools": key_digest("")})
    assert callers.name_of(bearer(authorization)) is None
    assert callers.name_of("") is None


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
    with pytest.raises(ValueError, match="12 to 256"):
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
