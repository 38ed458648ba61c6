"""Actions for the tests: a tool that refunds, and proposals of it."""

from datetime import timedelta

from helpdesk.action_changes import RequestClaim, change
from helpdesk.action_events import Approved, Claimed, ConfirmationAsked, Hold, Place, Proposed
from helpdesk.actions import hash_of
from helpdesk.clock import utc_now
from helpdesk.ids import ActionId, new_id
from helpdesk.tools import Endpoint, Tool
from tests.fakes.tariffs import flat_tariffs

NOW = utc_now()
ARGUMENTS = {"order_id": "LF-1042", "amount": "20.00", "weight": 1.5, "note": {"a": [None, "ü"]}}


def a_tool(tenant, **changes):
    fields = {
        "tenant": tenant,
        "name": "refund_order",
        "description": "Refund an order.",
        "parameters": {"type": "object", "properties": {"amount": {"maximum": 0.5}}},
        "effect": "write",
        "endpoint": Endpoint("POST", "https://shop.example/refunds"),
        "updated_at": NOW,
        "idempotency": "key",
    }
    return Tool(**(fields | changes))


def a_proposal(tenant, request="r1", place: Place | None = None, at=NOW, **tool):
    """The change that proposes an action and asks the customer."""
    made = a_tool(tenant, **tool)
    proposed = Proposed(
        at=at,
        tenant=tenant,
        action=ActionId(new_id("act", at)),
        tool=made,
        arguments=ARGUMENTS,
        summary="Refund an order: 20.00",
        order="LF-1042",
        end_user="cus_ada",
        place=place,
    )
    shown = hash_of(made.name, ARGUMENTS)
    asked = ConfirmationAsked(at, "customer", shown, at + timedelta(minutes=30))
    return change(None, (proposed, asked), flat_tariffs(), RequestClaim(request, "f1"))


def the_claim_of(action, *holds: Hold, at=NOW, place: Place | None = None):
    """The change that approves an action and claims it."""
    approved = Approved(at, "customer", action.arguments_hash)
    return change(action, (approved, Claimed(at, holds, place)), flat_tariffs())
