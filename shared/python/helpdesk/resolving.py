"""The use case of resolving a conversation, and of opening it again."""

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.charging import charge_for_resolution
from helpdesk.clock import Clock
from helpdesk.conversations import Asker, Conversation, ConversationStatus
from helpdesk.errors import Conflict
from helpdesk.ids import ConversationId, TenantId
from helpdesk.ports import Conversations
from helpdesk.resolutions import ResolutionChange, reopened, resolved
from helpdesk.tariffs import Tariffs

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Resolving:
    """Closes conversations and opens them again. Safe to repeat, and for many at once: what stands
    already is left as it is, and billed or credited once."""

    conversations: Conversations
    tariffs: Tariffs
    now: Clock

    def resolve(self, tenant: TenantId, conversation: ConversationId, asker: Asker) -> Conversation:
        """The conversation, closed, and billed at the tariff of this moment.

        Raises NotFound for one that is not the asker's, Conflict for one without an answer yet,
        and Unavailable.
        """

        def close(head: Conversation) -> ResolutionChange | None:
            if head.status is ConversationStatus.CLOSED:
                return None
            if not head.turns:
                raise Conflict("Nothing was answered in this conversation yet.")
            now = self.now()
            return resolved(head, charge_for_resolution(head, self.tariffs.at(tenant, now), now))

        return self._changed(tenant, conversation, asker, close)

    def reopen(self, tenant: TenantId, conversation: ConversationId, asker: Asker) -> Conversation:
        """The conversation, open, and its resolution credited.

        Raises NotFound for one that is not the asker's, Conflict and Unavailable.
        """

        def open_again(head: Conversation) -> ResolutionChange | None:
            return reopened(head, self.now())

        return self._changed(tenant, conversation, asker, open_again)

    def _changed(
        self,
        tenant: TenantId,
        conversation: ConversationId,
        asker: Asker,
        change_of: Callable[[Conversation], ResolutionChange | None],
    ) -> Conversation:
        """The head as it is after the change; whoever loses a race reads again and decides anew."""
        for _ in range(_ATTEMPTS):
            head = self.conversations.get(tenant, conversation)
            if objection := asker.objection(head):
                raise objection
            change = change_of(head)
            if change is None:
                return head
            try:
                self.conversations.record(change)
            except Conflict:
                continue
            return change.after
        raise Conflict("This conversation is opened and closed by others all the time.")
