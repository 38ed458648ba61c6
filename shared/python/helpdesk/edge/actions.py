"""Actions: proposed by a tenant's programs, shown with their history, approved or rejected."""

from helpdesk.acting import Proposal
from helpdesk.action_events import Place
from helpdesk.actions import Action
from helpdesk.edge.action_models import (
    ActionIn,
    ActionOut,
    ActionsOut,
    ActionsQuery,
    ActionWithHistoryOut,
    DecisionIn,
    action_view,
    event_view,
)
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.errors import Conflict, FieldError, NotFound, PolicyViolation, ValidationFailed
from helpdesk.ids import ActionId, ConversationId, is_id, new_id
from helpdesk.pages import filtered


def propose(services: Services, call: Call) -> ActionOut:
    """Proposes a call of a tool; one that needs nobody's yes is claimed at once."""
    body: ActionIn = call.body
    proposal = Proposal(
        tenant=call.tenant,
        tool=body.tool,
        arguments=body.arguments,
        request=_request(services, call),
        end_user=_end_user(services, call, body),
        place=Place(ConversationId(body.conversation_id)) if body.conversation_id else None,
    )
    return ActionOut.of(services.acting().propose(proposal))


def read(services: Services, call: Call) -> ActionWithHistoryOut:
    """One action and its history."""
    action, actions = _id(call), services.acting().actions
    found = actions.get(call.tenant, action)
    events = [event_view(each) for each in actions.history(call.tenant, action)]
    return ActionWithHistoryOut(events=events, **action_view(found))


def list_actions(services: Services, call: Call) -> ActionsOut:
    """The actions that match."""
    query: ActionsQuery = call.query
    tenant, actions = call.tenant, services.acting().actions
    page = filtered(
        lambda limit, cursor: actions.page(tenant, limit, cursor),
        lambda action: _matches(query, action),
        query.limit,
        query.cursor,
    )
    out = [ActionOut.of(each) for each in page.items]
    return ActionsOut(items=out, next_cursor=page.next_cursor)


def decide(services: Services, call: Call) -> ActionOut:
    """Approves or rejects, as a colleague."""
    body: DecisionIn = call.body
    action = _id(call)
    decided = services.acting().decide(call.tenant, action, body.decision, "agent")
    return ActionOut.of(decided)


def _request(services: Services, call: Call) -> str:
    """The caller's idempotency key, which holds for ever here; without one each call is new."""
    if call.idempotency_key:
        return f"api {call.idempotency_key}"
    return f"once {new_id('req', services.now())}"


def _end_user(services: Services, call: Call, body: ActionIn) -> str | None:
    """Whom it is done for: the conversation's customer, or whom the tenant's own program names."""
    if body.conversation_id:
        if not is_id("conv", body.conversation_id):
            raise NotFound("There is no such conversation.")
        conversation = ConversationId(body.conversation_id)
        end_user = services.conversations().get(call.tenant, conversation).end_user
        return end_user.id if end_user else None
    tool = services.acting().tools.get(call.tenant, body.tool)
    if tool.end_user_field is None:
        return None
    named = body.arguments.get(tool.end_user_field)
    if not isinstance(named, str):
        wrong = FieldError(f"arguments.{tool.end_user_field}", "Name the customer by your own id.")
        raise ValidationFailed(f"Check: {wrong.field}.", errors=[wrong])
    return named


def _matches(query: ActionsQuery, action: Action) -> bool:
    conversation = action.place.conversation if action.place else None
    return query.status in (None, action.status) and query.conversation_id in (None, conversation)


def _id(call: Call) -> ActionId:
    return ActionId(call.id("action_id", "act"))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/actions",
        "createAction",
        "Call a tool, once; the answer may come while it is running.",
        "Actions",
        propose,
        body=ActionIn,
        status=201,
        answer=ActionOut,
        idempotent=True,
        refusals=(NotFound, PolicyViolation),
    ),
    Operation(
        "GET",
        "/v1/actions",
        "listActions",
        "The actions, newest first.",
        "Actions",
        list_actions,
        query=ActionsQuery,
        answer=ActionsOut,
    ),
    Operation(
        "GET",
        "/v1/actions/{action_id}",
        "getAction",
        "An action with its history.",
        "Actions",
        read,
        answer=ActionWithHistoryOut,
    ),
    Operation(
        "POST",
        "/v1/actions/{action_id}/decision",
        "decideAction",
        "Approve or reject an action that waits for it.",
        "Actions",
        decide,
        body=DecisionIn,
        answer=ActionOut,
        idempotent=True,
        refusals=(Conflict, PolicyViolation),
    ),
)
