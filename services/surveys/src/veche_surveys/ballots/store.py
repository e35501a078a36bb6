"""Ballots, rejected ballots and tallies in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from veche_shared.storage.mongo import Document, Mongo, Session
from veche_surveys.ballots.model import Audit, Ballot, Receipt, RejectedBallot, Tally
from veche_surveys.ballots.rules import Voter

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
    """The box: what is in it is only ever added to."""

    mongo: Mongo

    async def voters(self, wanted: Mapping[str, Sequence[str]], session: Session) -> set[Voter]:
        """Which voters have a ballot in the box already; ``wanted`` are voter keys by poll."""
        found: set[Voter] = set()
        for poll_id, keys in wanted.items():
            cursor = self.mongo[BALLOTS].find(
                {"poll_id": poll_id, "voter_key": {"$in": list(keys)}}, {"voter_key": 1, "_id": 0}, session=session
            )
            found.update([(poll_id, document["voter_key"]) async for document in cursor])
        return found

    async def settled(self, vote_ids: Collection[str], session: Session) -> set[str]:
        """Which of these votes have been judged already."""
        wanted = {"_id": {"$in": sorted(vote_ids)}}
        found: set[str] = set()
        for collection in (BALLOTS, REJECTED):
            cursor = self.mongo[collection].find(wanted, {"_id": 1}, session=session)
            found.update([document["_id"] async for document in cursor])
        return found

    async def put(
        self, ballots: Sequence[Ballot], rejected: Sequence[RejectedBallot], at: datetime, session: Session
    ) -> None:
        """Put judged votes into the box; call ``add`` in the same transaction."""
        if ballots:
            await self.mongo[BALLOTS].insert_many([to_document(ballot, at) for ballot in ballots], session=session)
        if rejected:
            await self.mongo[REJECTED].insert_many(
                [
                    {"_id": spoiled.id, "poll_id": spoiled.poll_id, "reason": spoiled.reason, "at": at}
                    for spoiled in rejected
                ],
                session=session,
            )

    async def add(self, tallies: Mapping[str, Tally], session: Session) -> None:
        """Grow the kept tallies; in the transaction that puts the ballots, or they would no longer be their count."""
        steps = [
            UpdateOne({"_id": poll_id}, {"$inc": increments(tally)}, upsert=True)
            for poll_id, tally in sorted(tallies.items())
        ]
        if steps:
            await self.mongo[TALLIES].bulk_write(steps, session=session)

    async def fence(self, poll_id: str, poll_version: int, session: Session) -> None:
        """Touch the poll's tally, so that a count under an older version of the poll cannot commit beside this."""
        await self.mongo[TALLIES].update_one(
            {"_id": poll_id}, {"$set": {"poll_version": poll_version}}, upsert=True, session=session
        )

    async def tally(self, poll_id: str, session: Session | None = None) -> Tally:
        """The kept tally of one poll; an empty one where nobody voted yet."""
        document = await self.mongo[TALLIES].find_one({"_id": poll_id}, session=session)
        return Tally() if document is None else tally_from_document(document)

    async def many_tallies(self, poll_ids: Collection[str]) -> dict[str, Tally]:
        """The kept tallies of the polls that have one, by poll."""
        cursor = self.mongo[TALLIES].find({"_id": {"$in": sorted(poll_ids)}})
        return {document["_id"]: tally_from_document(document) async for document in cursor}

    async def receipt(self, poll_id: str, vote_id: str) -> Receipt:
        """What became of a vote; what was chosen is not told."""
        wanted = {"_id": vote_id, "poll_id": poll_id}
        spoiled = await self.mongo[REJECTED].find_one(wanted, {"reason": 1})
        if spoiled is not None:
            return Receipt(vote_id, "rejected", spoiled["reason"])
        counted = await self.mongo[BALLOTS].find_one(wanted, {"_id": 1})
        return Receipt(vote_id, "unknown" if counted is None else "counted")

    async def audit(self, poll_id: str) -> Audit:
        """Recount one poll's ballots beside its kept tally, both at the same moment."""

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


def to_document(ballot: Ballot, at: datetime) -> Document:
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


def increments(tally: Tally) -> dict[str, int]:
    """The ``$inc`` that adds ``tally`` to the kept one. Option codes hold no dots (``polls.rules.OPTION_CODE``)."""
    steps = {f"options.{code}": votes for code, votes in tally.options.items()}
    steps.update({f"rejected.{reason}": votes for reason, votes in tally.rejected.items()})
    if tally.ballots:
        steps["ballots"] = tally.ballots
    return steps


def tally_from_document(document: Document) -> Tally:
    """The tally that a stored document holds."""
    return Tally(document.get("ballots", 0), document.get("options", {}), document.get("rejected", {}))
