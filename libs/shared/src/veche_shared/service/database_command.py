"""What a command line does on a service's database, beside the processes that serve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from pymongo.errors import OperationFailure, PyMongoError

from veche_shared.service.context import database_of
from veche_shared.settings import ServiceSettings
from veche_shared.storage.mongo import Mongo, is_transient

T = TypeVar("T")


def on_database(name: str, settings: ServiceSettings, work: Callable[[Mongo], Awaitable[T]]) -> T:
    """Run ``work`` on the database of the service ``name``.

    Where MongoDB does not answer or refuses, the command says so in a sentence and ends with 1.
    """

    async def run() -> T:
        mongo = database_of(name, settings)
        try:
            return await work(mongo)
        finally:
            await mongo.close()

    try:
        return asyncio.run(run())
    except PyMongoError as error:
        typer.echo(_sentence(error), err=True)
        raise typer.Exit(1) from None


def _sentence(error: PyMongoError) -> str:
    """What to do; without the server's own words, which quote data."""
    if is_transient(error) or not isinstance(error, OperationFailure):
        return f"MongoDB does not answer ({type(error).__name__}): see VECHE_MONGO__URI and the server, then try again"
    return f"MongoDB refuses this (code {error.code}): see the user and the rights of VECHE_MONGO__URI"


__all__ = ["on_database"]
