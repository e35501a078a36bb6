"""Puts the service together from its settings: the one place that knows every part."""

from __future__ import annotations

from importlib.metadata import version

import structlog
from fastapi import FastAPI

from veche_intake import SERVICE
from veche_intake.appeals import store as appeals
from veche_intake.appeals.commands import Registration
from veche_intake.appeals.http import Desk, appeals_router
from veche_intake.appeals.numbers import Numbers
from veche_intake.appeals.pages import FormPages, form_router
from veche_intake.channels import store as channel_keys
from veche_intake.channels.commands import KeyOffice
from veche_intake.channels.known import read_channels
from veche_intake.channels.model import WEB
from veche_intake.channels.store import KeyRing
from veche_intake.deduplication.storing import StoreOnce
from veche_intake.imports.commands import Importing
from veche_intake.imports.http import PREFIX as IMPORTS
from veche_intake.imports.http import ImportDesk, imports_router
from veche_intake.polls import store as polls
from veche_intake.polls.consumer import SurveysConsumer
from veche_intake.settings import Settings
from veche_intake.status import store as statuses
from veche_intake.status.access import access_cookie, receipt_cookie
from veche_intake.status.commands import GUESSES, GUESSES_FROM_ADDRESS, Following
from veche_intake.status.consumer import CasesConsumer
from veche_intake.status.http import Window, status_router
from veche_intake.status.pace import PaceBoard
from veche_intake.status.pages import StatusPages, status_pages_router
from veche_intake.status.sentences import Sentences
from veche_intake.vault import store as vault
from veche_intake.vault.http import Door, vault_router
from veche_intake.votes import store as votes
from veche_intake.votes.commands import Voting
from veche_intake.votes.http import BallotBox, votes_router
from veche_intake.votes.pages import BallotPages, ballot_router, voter_cookie
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.topics import APPEALS, CASES, SURVEYS, VOTES
from veche_shared.http.application import ServiceInfo
from veche_shared.http.edge import MIB
from veche_shared.ids import Ids, new_id
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.observability import metrics
from veche_shared.security import rate_limiter
from veche_shared.security.rate_limiter import RateLimiter
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.storage.group_commit import CommitObserved, GroupCommit
from veche_shared.web.localisation import LANGUAGES

INDEXES = {
    **appeals.INDEXES,
    **channel_keys.INDEXES,
    **polls.INDEXES,
    **rate_limiter.INDEXES,
    **statuses.INDEXES,
    **vault.INDEXES,
    **votes.INDEXES,
}

COMMIT_INTERVAL = 0.02
"""Seconds between two transactions that requests share; one that comes after a pause is stored at once."""

PUBLISH_INTERVAL = 0.015
"""Seconds between two announcements of what was accepted one by one; the first goes at once. All services behind
work in batches of that size, which at a hundred appeals a second saves them a third of their work."""

STATUS_LINGER = 0.2
"""Seconds between two looks for news of cases: the public status may be so much behind the officer."""

BODY_LIMITS = {"/api/v1/appeals/batch": 32 * MIB, "/api/v1/votes/batch": 4 * MIB}
"""Bytes of a batch: a thousand times a usual appeal, with room for long ones."""


log = structlog.get_logger()


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins.

    Raises OSError or ValueError for a file of channels that cannot be used.
    """
    context = ServiceContext.of(SERVICE, "veche_intake", settings, clock=clock, ids=ids)
    mongo, pages = context.mongo, context.pages
    security, intake, zone = settings.security, settings.intake, context.city.zone
    channels = read_channels(intake.channels_file)

    def commits(guard: str) -> GroupCommit:
        return GroupCommit(
            mongo,
            guard,
            writers=intake.writers,
            max_batch=intake.shared_writes,
            min_interval=COMMIT_INTERVAL,
            observe=_observe_commit,
            after_commit=context.wakeup.set,
        )

    appeal_commits, vote_commits = commits(appeals.COLLECTION), commits(votes.COLLECTION)
    registration = Registration(
        StoreOnce(mongo, appeal_commits, lambda keys: appeals.under_keys(mongo, keys)),
        Numbers(mongo),
        clock,
        ids,
        zone,
        intake.number_prefix,
        security.tracking_key,
    )
    voting = Voting(
        StoreOnce(mongo, vote_commits, lambda keys: votes.under_keys(mongo, keys)),
        polls.Polls(mongo, context.monotonic),
        clock,
        ids,
        security.voter_key,
    )
    following = Following(
        mongo,
        RateLimiter(mongo, "code_for_appeal", GUESSES, clock),
        RateLimiter(mongo, "code_from_address", GUESSES_FROM_ADDRESS, clock),
        intake.number_prefix,
        security.tracking_key,
    )
    sentences = Sentences(
        {language: pages.messages(language) for language in LANGUAGES},
        {language: pages.formats(language) for language in LANGUAGES},
        context.city.calendar,
        clock,
    )
    author = StatusPages(
        pages,
        following,
        sentences,
        access_cookie(security.tracking_key, clock),
        receipt_cookie(security.tracking_key, clock),
        security.tracking_key,
        security.secure_cookies,
    )
    form = FormPages(pages, registration, channels[WEB], author, PaceBoard(mongo, clock, context.monotonic))
    ballots = BallotPages(pages, voting, voter_cookie(security.voter_key, clock), security.secure_cookies)
    keys = KeyRing(mongo, context.monotonic)
    office = KeyOffice(mongo, channels, clock)

    async def put_bootstrap_keys() -> None:
        for key in intake.bootstrap_keys:
            if not await office.put_in_place(key.key, key.channel, key.scopes, key.name):
                log.warning("bootstrap_key_is_revoked", channel=key.channel, name=key.name)

    appeals_routes = appeals_router(Desk(registration, keys, channels, clock, settings.http.public_url))
    votes_routes = votes_router(BallotBox(voting, keys, channels))
    module = Module(
        name="intake",
        routers=[
            appeals_routes,
            votes_routes,
            imports_router(ImportDesk(Importing(registration, clock, zone, intake.import_rows), keys, channels)),
            status_router(Window(following, sentences)),
            vault_router(Door(mongo)),
            form_router(form),
            status_pages_router(author),
            ballot_router(ballots),
        ],
        fast_routes=[*appeals_routes.routes, *votes_routes.routes],
        indexes=INDEXES,
        topics=[APPEALS, VOTES],
        subscriptions=[
            subscribe(CASES, CasesConsumer(mongo).handle, group="status", linger=STATUS_LINGER),
            subscribe(SURVEYS, SurveysConsumer(mongo).handle, group="polls"),
        ],
        writers=[appeal_commits, vote_commits],
        body_limits={**BODY_LIMITS, IMPORTS: intake.import_limit},
        startup=[put_bootstrap_keys],
    )
    info = ServiceInfo(SERVICE, "Veche: appeals-intake", version("veche-appeals-intake"), __doc__ or "")
    return assemble(info, context, [module], relay_min_interval=PUBLISH_INTERVAL)


def _observe_commit(commit: CommitObserved) -> None:
    metrics.GROUP_COMMIT_WRITES.labels(SERVICE).observe(commit.size)
    metrics.GROUP_COMMIT_SECONDS.labels(SERVICE).observe(commit.seconds)
