"""Posting: usage events enter the accounts, each once, whoever tells of them and how often."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from helpdesk.billing.accounts import account_of, add_up
from helpdesk.billing.periods import next_period
from helpdesk.billing.postings import (
    MOST_ACCOUNTS,
    MOST_EVENTS,
    MOST_LATE_EVENTS,
    AlreadyPosted,
    DayCounts,
    PeriodClosed,
    Posting,
)
from helpdesk.clock import period_of
from helpdesk.ids import TenantId
from helpdesk.ports import Books
from helpdesk.usage import Meter, UsageEvent, shard_of


@dataclass(frozen=True, slots=True)
class Posted:
    """How many events entered an account, and how many were there before.

    ``late`` are those that entered one of a later period than their own, which was closed.
    """

    posted: int = 0
    late: int = 0
    repeated: int = 0

    def __add__(self, other: "Posted") -> "Posted":
        return Posted(
            self.posted + other.posted, self.late + other.late, self.repeated + other.repeated
        )


@dataclass(frozen=True, slots=True)
class PostingUsage:
    """Posts each event to its period; when that is closed, to the first later one that is not."""

    books: Books

    def post(self, events: Iterable[UsageEvent]) -> Posted:
        """Posts events of any tenants; what was posted before changes nothing.

        Raises Unavailable: some are posted then, and posting all of them again is right.
        """
        outcome = Posted()
        groups: dict[tuple[TenantId, str, int], dict[str, UsageEvent]] = defaultdict(dict)
        for event in events:
            group = groups[event.tenant, period_of(event.occurred_at), shard_of(event.id)]
            outcome += Posted(repeated=event.id in group)
            group[event.id] = event
        for (_, period, _), group in groups.items():
            outcome += self._post(list(group.values()), period)
        return outcome

    def _post(self, events: Sequence[UsageEvent], period: str) -> Posted:
        parts = [self._post_part(part, period) for part in _parts(events, period)]
        return sum(parts, start=Posted())

    def _post_part(self, part: Sequence[UsageEvent], period: str) -> Posted:
        posting = _posting(part, period)
        try:
            self.books.post(posting)
        except AlreadyPosted as already:
            rest = [event for event in part if event.id not in already.events]
            return self._post(rest, period) + Posted(repeated=len(part) - len(rest))
        except PeriodClosed:
            return self._post(part, next_period(period))
        return Posted(posted=len(part), late=len(posting.late_from))


def _parts(events: Sequence[UsageEvent], period: str) -> Iterator[Sequence[UsageEvent]]:
    """The events, cut into what one transaction takes."""
    part: list[UsageEvent] = []
    accounts: set[object] = set()
    for event in events:
        most = MOST_EVENTS if period_of(event.occurred_at) == period else MOST_LATE_EVENTS
        new = {account_of(event, line) for line in event.lines}
        if part and (len(part) >= most or len(accounts | new) > MOST_ACCOUNTS):
            yield part
            part, accounts = [], set()
        part.append(event)
        accounts |= new
    if part:
        yield part


def _posting(events: Sequence[UsageEvent], period: str) -> Posting:
    happened = {event.id: period_of(event.occurred_at) for event in events}
    return Posting(
        tenant=events[0].tenant,
        period=period,
        shard=shard_of(events[0].id),
        events=tuple(happened),
        accounts=add_up(events),
        days=_days(events),
        late_from={event: in_ for event, in_ in happened.items() if in_ != period},
    )


def _days(events: Iterable[UsageEvent]) -> Mapping[date, DayCounts]:
    days: dict[date, Counter[Meter]] = defaultdict(Counter)
    for event in events:
        for line in event.lines:
            days[event.occurred_at.astimezone(UTC).date()][line.meter] += line.quantity
    return days
