"""The dashboard: how much happened day by day, as of a moment that it names."""

from collections.abc import Mapping, Sequence
from datetime import date as calendar_date
from typing import Annotated

from pydantic import Field

from helpdesk.billing.day_counts import RecentDays
from helpdesk.edge.answers import Answer, Moment
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Query
from helpdesk.usage import Meter


class DashboardQuery(Query):
    """How many days."""

    days: Annotated[int, Field(ge=1, le=92, description="UTC days, today included.")] = 7


class DayOut(Answer):
    """What happened on a UTC day."""

    date: Annotated[str, Field(examples=["2026-11-25"])]
    conversations: int
    turns: int
    resolutions: int
    actions: int

    @classmethod
    def of(cls, day: calendar_date, counts: Mapping[Meter, int]) -> "DayOut":
        """A day at the border."""
        return cls(
            date=day.isoformat(),
            conversations=counts.get("conversations", 0),
            turns=counts.get("turns", 0),
            resolutions=counts.get("resolutions", 0),
            actions=counts.get("actions", 0),
        )


class DashboardOut(Answer):
    """The last days, oldest first. What happened before ``as_of`` is counted; what happened after
    it may not be yet. The bill is exact: see ``GET /v1/usage``."""

    today: DayOut
    days: Sequence[DayOut]
    as_of: Moment
    age_seconds: float

    @classmethod
    def of(cls, recent: RecentDays) -> "DashboardOut":
        """Days at the border."""
        days = [DayOut.of(day, counts) for day, counts in recent.days.items()]
        return cls(
            today=days[-1], days=days, as_of=recent.as_of, age_seconds=recent.age.total_seconds()
        )


def read(services: Services, call: Call) -> DashboardOut:
    """The last days of the tenant that asks."""
    query: DashboardQuery = call.query
    return DashboardOut.of(services.counting_days().recent(call.tenant, query.days))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/dashboard",
        "getDashboard",
        "Conversations, turns, resolutions and actions of the last days, with the figures' age.",
        "Usage",
        read,
        query=DashboardQuery,
        answer=DashboardOut,
    ),
)
