"""What an operator is told where MongoDB is away or refuses."""

from __future__ import annotations

import pytest
import typer
from pymongo.errors import NetworkTimeout, OperationFailure, PyMongoError, ServerSelectionTimeoutError

from veche_shared.service.database_command import on_database
from veche_shared.settings import ServiceSettings
from veche_shared.storage.mongo import Mongo


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ServerSelectionTimeoutError("user:secret@db"), "MongoDB does not answer (ServerSelectionTimeoutError)"),
        (NetworkTimeout("user:secret@db"), "MongoDB does not answer (NetworkTimeout)"),
        (OperationFailure("user:secret@db", code=18), "MongoDB refuses this (code 18)"),
        (OperationFailure("user:secret@db", code=13), "MongoDB refuses this (code 13)"),
    ],
)
def test_a_failure_of_the_database_is_a_sentence_and_no_traceback(
    capsys: pytest.CaptureFixture[str], error: PyMongoError, told: str
) -> None:
    async def work(_mongo: Mongo) -> None:
        raise error

    with pytest.raises(typer.Exit) as exit_:
        on_database("routing", ServiceSettings(), work)
    assert exit_.value.exit_code == 1
    printed = capsys.readouterr().err
    assert printed.startswith(told)
    assert "secret" not in printed


def test_what_is_found_is_handed_back() -> None:
    async def work(mongo: Mongo) -> str:
        return mongo.database.name

    assert on_database("routing", ServiceSettings(), work) == "veche_routing"
