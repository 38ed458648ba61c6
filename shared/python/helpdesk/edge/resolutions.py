"""Resolutions: a conversation is closed, and opened again."""

from helpdesk.edge.conversations import ConversationOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.errors import Conflict
from helpdesk.identity import Scope
from helpdesk.ids import ConversationId


def resolve(services: Services, call: Call) -> ConversationOut:
    """Closes a conversation; one that is closed stays as it is."""
    conversation = ConversationId(call.id("conversation_id", "conv"))
    resolving = services.resolving()
    return ConversationOut.of(resolving.resolve(call.tenant, conversation, call.caller.asker))


def reopen(services: Services, call: Call) -> ConversationOut:
    """Opens a conversation again; one that is open stays as it is."""
    conversation = ConversationId(call.id("conversation_id", "conv"))
    resolving = services.resolving()
    return ConversationOut.of(resolving.reopen(call.tenant, conversation, call.caller.asker))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/conversations/{conversation_id}/resolve",
        "resolveConversation",
        "Close a conversation: its resolution is billed.",
        "Conversations",
        resolve,
        scope=Scope.CHAT,
        answer=ConversationOut,
        idempotent=True,
        refusals=(Conflict,),
    ),
    Operation(
        "POST",
        "/v1/conversations/{conversation_id}/reopen",
        "reopenConversation",
        "Open a conversation again: its resolution is credited.",
        "Conversations",
        reopen,
        scope=Scope.CHAT,
        answer=ConversationOut,
        idempotent=True,
        refusals=(Conflict,),
    ),
)
