"""What a feed is made of. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from veche_shared.contracts.cases import ActionCode, Named, StatusCode, TermUnitCode
from veche_shared.contracts.codes import Code, LanguageCode

TRIAGE: Final = "triage"
"""The feed of cases that nobody is responsible for yet; a coordinator chooses."""

ALL: Final = "all"
"""The feed of every case where it stands now; not stored by itself but seen over all the others."""

RESERVED_FEEDS: Final = frozenset({TRIAGE, ALL})

FeedOrder = Literal["newest", "deadline"]


class CaseLine(BaseModel):
    """A case as one line of a feed: its latest known state, without the author and without the answer.

    Codes are kept as they came: what this release does with one that it does not know is decided where the line is
    shown or counted (``rules.FINISHED``, ``rules.ASKING``, ``pages``). Read from the database it may have fields that
    a newer release has added; they are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    case_id: str
    appeal_id: str
    number: str
    version: int
    action: ActionCode
    status: StatusCode
    in_triage: bool
    department: Named | None
    topic: Named | None
    territory: Named | None
    address: str | None
    summary: str
    channel: Code
    language: LanguageCode
    reachable: bool
    actor: str
    reason: str | None
    registered_at: datetime
    changed_at: datetime
    due_at: datetime | None
    due_on: date | None
    due_unit: TermUnitCode | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in one feed; there is exactly one for a feed and a case.

    ``sequence`` is the number of its latest change in this feed: numbers are given from 1 without a gap, in the order
    of the commits, and an entry that changes takes the next one. ``overall`` is the same in the feed of everything,
    None once the case has moved away. ``raised`` is the number of the latest change that asks for attention, None
    when nothing is asked any more. ``moved_to`` is the feed where the case went.
    """

    feed: str
    line: CaseLine
    sequence: int
    overall: int | None
    raised: int | None
    moved_to: str | None = None

    @property
    def key(self) -> EntryKey:
        return EntryKey(self.feed, self.line.case_id)

    def is_in(self, feed: str) -> bool:
        """Whether a reader of ``feed`` sees it; a case that moved away stays in its feed, but not in ``ALL``."""
        return self.overall is not None if feed == ALL else self.feed == feed

    def number_in(self, feed: str) -> int:
        """The entry's sequence number in the feed that is looked at. Raises LookupError where it is not in it."""
        number = self.overall if feed == ALL else self.sequence
        if number is None:
            raise LookupError(f"the case moved away and is not in {feed}")
        return number


class EntryOut(CaseLine):
    """An entry as a reader of ``feed`` gets it, in JSON and in the live stream.

    ``sequence`` is its number in the feed that was asked for and the SSE event id. ``raised`` is as in ``Entry``;
    ``asks`` tells that its latest change asks for attention: it is new here, and not only changed. ``unread`` is for
    one reader, None where no marks are kept, and in the stream, which is the same for everybody.
    """

    feed: str
    sequence: int
    raised: int | None
    moved_to: str | None
    asks: bool
    unread: bool | None = None


class DeadlinePlace(NamedTuple):
    """A place in the order by deadline."""

    deadline: datetime
    case_id: str


class RaisedPlace(NamedTuple):
    """A place in the order in which unread entries were raised, named by the number at which one was."""

    raised: int


class EntryKey(NamedTuple):
    """Names an entry: one feed, one case."""

    feed: str
    case_id: str

    def __str__(self) -> str:
        return f"{self.feed}/{self.case_id}"


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry that a batch of changes touched, before it has its numbers.

    ``attention`` tells that the batch asks the feed's readers to look; ``raised`` is the older such number, kept where
    the batch does not ask.
    """

    feed: str
    line: CaseLine
    moved_to: str | None
    attention: bool
    raised: int | None

    @property
    def key(self) -> EntryKey:
        return EntryKey(self.feed, self.line.case_id)

    @property
    def in_all(self) -> bool:
        return self.moved_to is None


@dataclass(frozen=True, slots=True)
class FeedChange:
    """What a batch does to one feed: ``numbers`` are given out; its cases and those open among them change by so many.

    ``ALL`` is a feed among the others.
    """

    numbers: int = 0
    cases: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """How many cases stand in a feed now, and how many of them are open; what has moved on is counted where it went."""

    cases: int = 0
    open: int = 0


MOST_UNREAD: Final = 100
"""Unread entries are counted up to this number, which stands for itself and for more: no reader needs to know whether
1,200 or 1,300 are waiting, and what is counted so costs the same however long the feed is. Pages show it as «99+»."""


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """What one member of staff has read in one feed: everything raised up to ``up_to``, and ``singles`` beyond it."""

    up_to: int = 0
    singles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at feeds: ``departments`` are codes; ``coordinator`` sees every feed.

    ``login`` is None for a tool of the installation: it may read all and has no read marks.
    """

    login: str | None
    departments: frozenset[str] = frozenset()
    coordinator: bool = False


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """A feed that a reader may see.

    ``name`` is None where no event has named it yet; ``unread`` where the reader keeps no marks or the feed has none,
    else it is exact below ``MOST_UNREAD``.
    """

    feed: str
    name: Named | None
    sequence: int
    open: int
    unread: int | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The last number that each feed had before a batch; ``ALL`` is among them."""

    last: Mapping[str, int] = field(default_factory=dict)

    def of(self, feed: str) -> int:
        return self.last.get(feed, 0)
