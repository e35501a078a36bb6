"""What every module of a service is built from."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from veche_shared.city import City, load_city
from veche_shared.clock import Clock, system_clock
from veche_shared.idempotency.store import CommandLog
from veche_shared.ids import Ids, new_id
from veche_shared.security.sessions import RequestAuthenticator, found_session, no_sessions
from veche_shared.settings import ServiceSettings
from veche_shared.storage.failed_items import FailedItems
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions
from veche_shared.supervision.supervisor import Supervisor
from veche_shared.web import Pages, slices_of
from veche_shared.web.navigation import read_navigation

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

AuthenticatorOf: TypeAlias = Callable[[SettingsT, Mongo, Clock, Callable[[], float]], RequestAuthenticator]
"""Makes what finds the member of staff who sent a request: of settings, database, clock and monotonic clock."""


@dataclass(frozen=True, slots=True)
class ServiceContext(Generic[SettingsT]):
    """The settings, the database and the sources of time, ids and chance of one process.

    ``name`` is the service's name as in metrics and topics, ``package`` its Python package. Setting ``wakeup`` has the
    relay look into the outbox at once; ``transactions`` do so by themselves.
    """

    name: str
    package: str
    settings: SettingsT
    mongo: Mongo
    transactions: Transactions
    wakeup: asyncio.Event
    supervisor: Supervisor
    commands: CommandLog
    failed_items: FailedItems
    authenticator: RequestAuthenticator
    pages: Pages
    city: City
    clock: Clock
    ids: Ids
    monotonic: Callable[[], float]
    jitter: Callable[[], float]

    @classmethod
    def of(
        cls,
        name: str,
        package: str,
        settings: SettingsT,
        *,
        clock: Clock = system_clock,
        ids: Ids = new_id,
        authenticator: AuthenticatorOf[SettingsT] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> ServiceContext[SettingsT]:
        """The context that ``settings`` describe. Nothing is connected before it is first used.

        ``authenticator`` makes what finds the member of staff who sent a request; without it nobody is signed in.
        Raises ConfigurationError for a file that cannot be used: the city's pack, the navigation.
        """
        mongo = database_of(name, settings)
        wakeup = asyncio.Event()
        city = load_city(settings.city.pack)
        navigation = read_navigation(settings.http.navigation_file)
        return cls(
            name=name,
            package=package,
            settings=settings,
            mongo=mongo,
            transactions=Transactions(mongo, wakeup.set),
            wakeup=wakeup,
            supervisor=Supervisor(name, jitter),
            commands=CommandLog(mongo, clock),
            failed_items=FailedItems(mongo, clock),
            authenticator=(
                no_sessions(clock) if authenticator is None else authenticator(settings, mongo, clock, monotonic)
            ),
            pages=Pages(slices_of(package), city, now=clock, viewer_of=found_session, navigation=navigation),
            city=city,
            clock=clock,
            ids=ids,
            monotonic=monotonic,
            jitter=jitter,
        )


def database_of(name: str, settings: ServiceSettings) -> Mongo:
    """The database of the service ``name``."""
    return Mongo(settings.mongo.uri.get_secret_value(), f"{settings.mongo.database_prefix}{name}")


__all__ = ["ServiceContext", "database_of"]
