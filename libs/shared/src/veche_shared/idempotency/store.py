"""The memory of commands: which were done, and with what result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from bson import Binary
from pymongo import ASCENDING, IndexModel

from veche_shared.clock import Clock
from veche_shared.idempotency.model import Accepted, CommandKey, Stored
from veche_shared.idempotency.rules import KEY_REUSED, answer_to_repeat
from veche_shared.rejection import Rejected
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import UnitOfWork

T = TypeVar("T")

COLLECTION: Final = "commands"
MEMORY: Final = timedelta(days=30)
INDEXES: Final = {
    COLLECTION: [IndexModel([("at", ASCENDING)], expireAfterSeconds=int(MEMORY.total_seconds()), name="memory")]
}


@dataclass(frozen=True, slots=True)
class CommandLog:
    """The commands of one service. A command that was rejected is not remembered: it may succeed later."""

    mongo: Mongo
    clock: Clock

    async def once(
        self,
        unit: UnitOfWork,
        command: CommandKey,
        digest: bytes,
        work: Callable[[], Awaitable[T | Rejected]],
        *,
        result_of: Callable[[T], str],
        recall: Callable[[str], Awaitable[T | Rejected]],
    ) -> Accepted[T] | Rejected:
        """Do ``work`` in the transaction of ``unit``, unless this command was done before.

        ``result_of`` gives what is remembered of a result (an id, a version); ``recall`` finds the result again from
        it. A key that was used for something else (another ``digest``) is rejected. Of two equal commands at the same
        moment MongoDB lets one commit; the other's retry finds it done.
        """
        document = await self.mongo[COLLECTION].find_one({"_id": command.id}, session=unit.session)
        if document is not None:
            earlier = Stored(document["result"], (command.id,), bytes(document["digest"]))
            answer = answer_to_repeat([command.id], digest, [earlier], {"command": KEY_REUSED})
            if not isinstance(answer, Accepted):
                return answer or Rejected(KEY_REUSED)
            recalled = await recall(answer.receipt)
            return recalled if isinstance(recalled, Rejected) else Accepted(recalled, replayed=True)
        done = await work()
        if isinstance(done, Rejected):
            return done
        row = {"_id": command.id, "digest": Binary(digest), "result": result_of(done), "at": self.clock()}
        await unit.insert(COLLECTION, [row])
        return Accepted(done)


__all__ = ["COLLECTION", "INDEXES", "MEMORY", "CommandLog"]
