"""Ballots, rejected ballots and tallies in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_surveys.ballots.model import Audit, Ballot, CountedVotes, Receipt, RejectedBallot, Tally, Voter

BALLOTS = "ballots"
REJECTED = "rejected_ballots"
TALLIES = "tallies"

INDEXES = {
    BALLOTS: [IndexModel([("poll_id", ASCENDING), ("voter_key", ASCENDING)], unique=True, name="one_vote_a_person")],
    REJECTED: [IndexModel([("poll_id", ASCENDING)], name="by_poll")],
    TALLIES: [],
}


@dataclass(frozen=True, slots=True)
class BallotStore:
    """The ballots of all polls; they are only ever added to."""

    mongo: Mongo

    async def voters(self, wanted: Mapping[str, Sequence[str]], session: Session) -> set[Voter]:
        """Of which voters a ballot is stored already; ``wanted`` are voter keys by poll."""
        found: set[Voter] = set()
        for poll_id, keys in wanted.items():
            cursor = self.mongo[BALLOTS].find(
                {"poll_id": poll_id, "voter_key": {"$in": list(keys)}}, {"voter_key": 1, "_id": 0}, session=session
            )
            found.update([(poll_id, document["voter_key"]) async for document in cursor])
        return found

    async def processed(self, vote_ids: Collection[str], session: Session) -> set[str]:
        """About which of these votes it was decided already."""
        wanted = {"_id": {"$in": sorted(vote_ids)}}
        found: set[str] = set()
        for collection in (BALLOTS, REJECTED):
            cursor = self.mongo[collection].find(wanted, {"_id": 1}, session=session)
            found.update([document["_id"] async for document in cursor])
        return found

    async def insert(self, counted: CountedVotes, at: datetime, unit: UnitOfWork) -> None:
        """Store what a batch of votes has become; call ``add`` in the same transaction."""
        await unit.insert(BALLOTS, [ballot_document(ballot, at) for ballot in counted.ballots])
        await unit.insert(REJECTED, [rejected_document(rejected, at) for rejected in counted.rejected])

    async def add(self, tallies: Mapping[str, Tally], unit: UnitOfWork) -> None:
        """Add to the stored tallies; in the transaction that inserts the ballots, or they would not be their count."""
        steps = [
            UpdateOne({"_id": poll_id}, {"$inc": increments(tally)}, upsert=True)
            for poll_id, tally in sorted(tallies.items())
        ]
        if steps:
            await self.mongo[TALLIES].bulk_write(steps, session=unit.session)

    async def fence(self, poll_id: str, poll_version: int, unit: UnitOfWork) -> None:
        """Write to the poll's tally, so that a count under older terms of the poll conflicts and starts anew."""
        await self.mongo[TALLIES].update_one(
            {"_id": poll_id}, {"$set": {"poll_version": poll_version}}, upsert=True, session=unit.session
        )

    async def tally(self, poll_id: str, session: Session | None = None) -> Tally:
        """The stored tally of one poll; an empty one where nobody voted yet."""
        document = await self.mongo[TALLIES].find_one({"_id": poll_id}, session=session)
        return Tally() if document is None else tally_from_document(document)

    async def many_tallies(self, poll_ids: Collection[str]) -> dict[str, Tally]:
        """The stored tallies of the polls that have one, by poll."""
        cursor = self.mongo[TALLIES].find({"_id": {"$in": sorted(poll_ids)}})
        return {document["_id"]: tally_from_document(document) async for document in cursor}

    async def receipt(self, poll_id: str, vote_id: str) -> Receipt:
        """What became of a vote, without what was chosen."""
        wanted = {"_id": vote_id, "poll_id": poll_id}
        rejected = await self.mongo[REJECTED].find_one(wanted, {"reason": 1})
        if rejected is not None:
            return Receipt(vote_id, "rejected", rejected["reason"])
        counted = await self.mongo[BALLOTS].find_one(wanted, {"_id": 1})
        return Receipt(vote_id, "unknown" if counted is None else "counted")

    async def audit(self, poll_id: str) -> Audit:
        """Recount one poll's ballots beside its stored tally, both at the same moment."""

        async def work(session: Session) -> Audit:
            return Audit(await self.tally(poll_id, session), await self._recount(poll_id, session))

        return await self.mongo.transaction(work)

    async def _recount(self, poll_id: str, session: Session) -> Tally:
        ballots = await self.mongo[BALLOTS].count_documents({"poll_id": poll_id}, session=session)
        options = await self.mongo[BALLOTS].aggregate(
            [{"$match": {"poll_id": poll_id}}, {"$unwind": "$options"}, {"$sortByCount": "$options"}], session=session
        )
        reasons = await self.mongo[REJECTED].aggregate(
            [{"$match": {"poll_id": poll_id}}, {"$sortByCount": "$reason"}], session=session
        )
        return Tally(
            ballots,
            {document["_id"]: document["count"] async for document in options},
            {document["_id"]: document["count"] async for document in reasons},
        )


def ballot_document(ballot: Ballot, at: datetime) -> Document:
    """A ballot as it is stored, with the moment at which it was counted."""
    return {
        "_id": ballot.id,
        "poll_id": ballot.poll_id,
        "voter_key": ballot.voter_key,
        "options": list(ballot.options),
        "channel": ballot.channel,
        "cast_at": ballot.cast_at,
        "counted_at": at,
    }


def rejected_document(rejected: RejectedBallot, at: datetime) -> Document:
    """A rejected ballot as it is stored, with the moment at which it was rejected."""
    return {"_id": rejected.id, "poll_id": rejected.poll_id, "reason": rejected.reason, "at": at}


def increments(tally: Tally) -> dict[str, int]:
    """The ``$inc`` that adds ``tally`` to the stored one. A code of an option or a reason must hold no dot."""
    steps = {f"options.{code}": votes for code, votes in tally.options.items()}
    steps.update({f"rejected.{reason}": votes for reason, votes in tally.rejected.items()})
    if tally.ballots:
        steps["ballots"] = tally.ballots
    return steps


def tally_from_document(document: Document) -> Tally:
    """The tally that a stored document holds."""
    return Tally(document.get("ballots", 0), document.get("options", {}), document.get("rejected", {}))
