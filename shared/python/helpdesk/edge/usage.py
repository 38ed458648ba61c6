"""Usage: what a tenant's month costs, line by line, and the events behind it."""

from helpdesk.billing.billed_events import Wanted
from helpdesk.clock import period_of
from helpdesk.edge.answers import ListOut
from helpdesk.edge.cloud_events import CloudEventOut, cloud_event
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.usage_models import UsageEventsQuery, UsageOut, UsageQuery
from helpdesk.errors import FieldError, NotFound, ValidationFailed
from helpdesk.identity import Principal, Scope
from helpdesk.ids import ConversationId, TenantId


class UsageEventsOut(ListOut[CloudEventOut]):
    """A page of usage events, in the order of their ids."""


def read(services: Services, call: Call) -> UsageOut:
    """The bill of a month."""
    query: UsageQuery = call.query
    tenant = _whose(call.caller, query.tenant)
    return UsageOut.of(services.bills().of(tenant, query.period or period_of(services.now())))


def list_events(services: Services, call: Call) -> UsageEventsOut:
    """The events behind a month's bill, or behind some of its lines."""
    query: UsageEventsQuery = call.query
    wanted = Wanted(
        meter=query.meter,
        model=query.model,
        conversation=ConversationId(query.conversation) if query.conversation else None,
        happened_in=query.happened_in,
    )
    tenant, period = _whose(call.caller, query.tenant), query.period or period_of(services.now())
    page = services.billed_events().page(tenant, period, wanted, query.limit, query.cursor)
    return UsageEventsOut(
        items=[cloud_event(event) for event in page.items], next_cursor=page.next_cursor
    )


def _whose(caller: Principal, named: str | None) -> TenantId:
    if caller.tenant is None:
        if named is None:
            at = FieldError("tenant", "Say whose usage: ?tenant=<id>.")
            raise ValidationFailed("Check: tenant.", errors=[at])
        return TenantId(named)
    if named not in (None, caller.tenant):
        raise NotFound("There is no such tenant.")
    return caller.tenant


OPERATIONS = (
    Operation(
        "GET",
        "/v1/usage",
        "getUsage",
        "The bill of a month, running or closed: a tenant's own; finance names the tenant.",
        "Usage",
        read,
        scope=Scope.USAGE,
        query=UsageQuery,
        answer=UsageOut,
        refusals=(NotFound,),
    ),
    Operation(
        "GET",
        "/v1/usage/events",
        "listUsageEvents",
        "The events behind a month's bill, or some of its lines, in the order of their ids.",
        "Usage",
        list_events,
        scope=Scope.USAGE,
        query=UsageEventsQuery,
        answer=UsageEventsOut,
        refusals=(NotFound,),
    ),
)
