"""Postings: each usage event is added, once, to the accounts of a period that is still open.

An event is written together with a note that it is unposted. Posting deletes the note and adds to
the accounts in one transaction, so that nothing is counted twice and nothing is forgotten, however
often and in whatever order somebody is told of the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from helpdesk.billing.accounts import Accounts
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import Meter

MOST_EVENTS, MOST_LATE_EVENTS, MOST_ACCOUNTS = 48, 24, 30
"""What one posting may hold: a transaction of DynamoDB takes 100 writes, of which an event needs
one and another for its day, a late event two more; an expression takes 4 KB, an account 33 bytes.
"""


@dataclass(frozen=True, slots=True)
class Unposted:
    """The note that an event, whose fact happened in ``period``, is not in any account yet."""

    event: EventId
    period: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ShardTotals:
    """The accounts of one shard of a tenant's period. ``version`` counts the postings.

    Once it is ``closed`` nothing is added any more.
    """

    tenant: TenantId
    period: str
    shard: int
    version: int = 0
    closed: bool = False
    accounts: Accounts = field(default_factory=dict)


DayCounts = Mapping[Meter, int]


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction: these events, all of one shard, leave the notes and enter a period.

    ``late_from`` holds the period in which each event happened that is not posted to that one,
    because it was closed. ``days`` is for the dashboard: counts by the UTC day of the fact.
    """

    tenant: TenantId
    period: str
    shard: int
    events: tuple[EventId, ...]
    accounts: Accounts
    days: Mapping[date, DayCounts]
    late_from: Mapping[EventId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Late:
    """An event of ``happened_in`` that was posted to ``posted_to``: an adjustment there."""

    event: EventId
    happened_in: str
    posted_to: str


class AlreadyPosted(Exception):
    """Some events of a posting have no note any more: they were posted before. Nothing was done."""

    def __init__(self, events: frozenset[EventId]) -> None:
        super().__init__(f"{len(events)} events were posted before")
        self.events = events


class PeriodClosed(Exception):
    """The period takes nothing any more. Nothing was done."""
