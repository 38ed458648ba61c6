"""The API function: every route but chat."""

from functools import cache
from typing import Any

from helpdesk import wiring
from helpdesk.clock import utc_now
from helpdesk.edge.access import Access
from helpdesk.edge.api import Api
from helpdesk.edge.operations import Services
from helpdesk.edge.routes import OPERATIONS


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request."""
    return _api().answer(event, context)


@cache
def _api() -> Api:
    services = Services(
        tenancy=wiring.tenancy,
        keyring=wiring.keyring,
        knowledge=wiring.knowledge,
        retrieval=wiring.retrieval,
        conversations=wiring.conversations,
        bills=wiring.bills,
        billed_events=wiring.billed_events,
        counting_days=wiring.counting_days,
        ingesting_usage=wiring.ingesting_usage,
        checking=wiring.checking,
        resolving=wiring.resolving,
        subscriptions=wiring.subscriptions,
        acting=wiring.acting,
        signing=wiring.signing,
        sessions=wiring.sessions,
        toolbox=wiring.toolbox,
        catalogue=wiring.catalogue,
        planning=wiring.planning,
        exports=wiring.export_requests,
        invoices=wiring.issued_invoices,
        reconciliations=wiring.reconciliation_requests,
        now=utc_now,
    )
    access = Access(wiring.authenticator, wiring.settings().sign_up)
    return Api(OPERATIONS, services, access, wiring.replies)
