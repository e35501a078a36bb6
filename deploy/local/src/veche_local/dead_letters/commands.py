"""Finds dead letters in the services' databases, replays and drops them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.parts import SERVICES
from veche_local.servers.mongod import MongodProgram
from veche_local.settings import MONGO
from veche_shared.clock import Clock
from veche_shared.ids import Ids
from veche_shared.storage import dead_letters
from veche_shared.storage.dead_letters import DeadLetter, DeadLetterNotFoundError, State
from veche_shared.storage.mongo import Mongo

DATABASE_PREFIX = "VECHE_MONGO__DATABASE_PREFIX"
DEFAULT_PREFIX = "veche_"


@dataclass(frozen=True, slots=True)
class ServiceLetter:
    """A dead letter and the service that could not handle it."""

    service: str
    letter: DeadLetter


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters of all services; ``operator`` is recorded with each decision."""

    databases: Mapping[str, Mongo]
    operator: str
    clock: Clock
    ids: Ids

    async def listed(self, state: State | None, limit: int) -> list[ServiceLetter]:
        """The newest of all services, newest first."""
        found = [
            ServiceLetter(service, letter)
            for service, mongo in self.databases.items()
            for letter in await dead_letters.listed(mongo, state=state, limit=limit)
        ]
        return sorted(found, key=lambda item: item.letter.at, reverse=True)[:limit]

    async def show(self, letter_id: str) -> ServiceLetter:
        """Raises CommandError where no service has it."""
        for service, mongo in self.databases.items():
            try:
                return ServiceLetter(service, await dead_letters.shown(mongo, letter_id))
            except DeadLetterNotFoundError:
                continue
        raise _not_found(letter_id)

    async def replay(self, letter_id: str, note: str | None) -> ServiceLetter:
        """Publish it again. Raises CommandError where there is none of that id, or it has been decided on."""
        found = await self.show(letter_id)
        try:
            await dead_letters.replay(
                self.databases[found.service],
                letter_id,
                message_id=self.ids(),
                operator=self.operator,
                note=note,
                now=self.clock(),
            )
        except DeadLetterNotFoundError as error:
            raise _already_decided(found) from error
        return found

    async def drop(self, letter_id: str, note: str | None) -> ServiceLetter:
        """Drop it; its record stays. Raises CommandError where there is none of that id, or it has been decided on."""
        found = await self.show(letter_id)
        try:
            await dead_letters.drop(
                self.databases[found.service], letter_id, operator=self.operator, note=note, now=self.clock()
            )
        except DeadLetterNotFoundError as error:
            raise _already_decided(found) from error
        return found


def _not_found(letter_id: str) -> CommandError:
    return CommandError(f"There is no dead letter {letter_id}.", "`veche dlq list --all` shows all ids.")


def _already_decided(found: ServiceLetter) -> CommandError:
    letter = found.letter
    return CommandError(
        f"{letter.id} was {letter.state} by {letter.decided_by} already.",
        "Nothing was changed; `veche dlq list` shows what waits.",
    )


def mongo_address(environ: Mapping[str, str], home: Home) -> str:
    """The URI of the services' MongoDB: of the environment, else of the installation in ``home``."""
    given = environ.get(MONGO)
    if given:
        return given
    port = home.read_ports().get("mongod")
    if port is None:
        raise CommandError(
            "There is no installation here.", f"Start one with `veche up`, or set {MONGO} to the services' MongoDB."
        )
    return MongodProgram(home.data_of("mongod"), port).address


@asynccontextmanager
async def open_dead_letters(
    environ: Mapping[str, str], home: Home, *, operator: str, clock: Clock, ids: Ids
) -> AsyncIterator[DeadLetters]:
    """The dead letters in the databases that ``environ`` or ``home`` names; closes the connections at the end."""
    uri = mongo_address(environ, home)
    prefix = environ.get(DATABASE_PREFIX) or DEFAULT_PREFIX
    databases = {service: Mongo(uri, f"{prefix}{service}", application="veche-dlq") for service in SERVICES}
    try:
        yield DeadLetters(databases, operator, clock, ids)
    finally:
        for mongo in databases.values():
            await mongo.close()
