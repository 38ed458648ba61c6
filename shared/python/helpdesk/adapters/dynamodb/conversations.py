"""The log in DynamoDB: a head for each conversation, one item for each turn."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.conversation_items import conversation_of, turn_of
from helpdesk.adapters.dynamodb.cursors import Listing
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import (
    CONVERSATIONS,
    OPEN_SHARDS,
    TURNS,
    conversation_key,
    turn_key,
    turns_partition,
)
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.resolution_writes import record_resolution
from helpdesk.adapters.dynamodb.turn_claims import claim_turn
from helpdesk.adapters.dynamodb.turn_settlement import settle_turn
from helpdesk.adapters.dynamodb.usage_items import UsageTables
from helpdesk.adapters.dynamodb.writes import PRESENT, Write, setting
from helpdesk.conversations import Asker, Conversation, Feedback, FirstRequest, RequestKey, Turn
from helpdesk.errors import NotFound
from helpdesk.ids import ConversationId, TenantId, TurnId
from helpdesk.pages import Page
from helpdesk.resolutions import ResolutionChange
from helpdesk.usage import UsageEvent

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_OPEN_TURNS = "open-turns"


class DynamoDBConversations:
    """Conversations and their turns. All reads but ``orphans`` are consistent."""

    def __init__(
        self, client: "DynamoDBClient", table: str, ledger_table: str, books_table: str
    ) -> None:
        self._database = Database(client)
        self._table = table
        self._listing = Listing(self._database, table, CONVERSATIONS, conversation_of)
        self._usage = UsageTables(ledger_table, books_table)

    def claim(
        self,
        turn: Turn,
        conversation: Conversation | None,
        request: RequestKey | None = None,
        asker: Asker | None = None,
    ) -> FirstRequest | None:
        """Starts a turn, unless its request was made before. Raises NotFound and Conflict."""
        asker = asker or Asker()
        return claim_turn(
            self._database,
            self._table,
            self._usage,
            turn,
            conversation,
            request=request,
            asker=asker,
        )

    def settle(self, turn: Turn, event: UsageEvent) -> bool:
        """Ends a running turn together with its usage event. False when it was settled before.

        Raises NotFound, and PayloadTooLarge for an answer that no item can hold.
        """
        return settle_turn(self._database, self._table, self._usage, turn, event)

    def record(self, change: ResolutionChange) -> None:
        """Resolves a conversation or opens it again, with the event that bills that.

        Raises Conflict when it was resolved or opened meanwhile.
        """
        record_resolution(self._database, self._table, self._usage, change)

    def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        """One conversation. Raises NotFound."""
        found = self._database.get(self._table, conversation_key(tenant, conversation))
        if found is None:
            raise NotFound("There is no such conversation.")
        return conversation_of(found)

    def turns(
        self, tenant: TenantId, conversation: ConversationId, last: int | None = None
    ) -> Sequence[Turn]:
        """Its turns in order; only the ``last`` few when given."""
        partition = turns_partition(tenant, conversation)
        newest_first = self._database.query(
            self._table, partition, TURNS, newest_first=True, limit=last
        )
        return [turn_of(fields) for fields in newest_first][::-1]

    def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> Turn:
        """One turn. Raises NotFound."""
        found = self._database.get(self._table, turn_key(tenant, conversation, turn))
        if found is None:
            raise NotFound("There is no such turn.")
        return turn_of(found)

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Conversation]:
        """A tenant's conversations, newest first. Raises ValidationFailed for a foreign cursor."""
        return self._listing.page(tenant, limit, cursor)

    def give_feedback(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, feedback: Feedback
    ) -> None:
        """Keeps what the customer thought of a turn. Raises NotFound."""
        key = turn_key(tenant, conversation, turn)
        values = {"feedback": asdict(feedback)}
        write = Write("Update", self._table, key, PRESENT, setting(values), values)
        try:
            self._database.write(write)
        except Refused as refused:
            raise NotFound("There is no such turn.") from refused

    def orphans(self, started_before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any tenant that were claimed before then and never settled, oldest first."""
        shards = [self._open_turns(shard, started_before, limit) for shard in OPEN_SHARDS]
        return list(islice(merge(*shards, key=lambda turn: turn.started_at), limit))

    def _open_turns(self, shard: str, started_before: datetime, limit: int) -> Sequence[Turn]:
        condition = "#open_shard = :shard AND #opened_at < :before"
        values = {"shard": shard, "before": started_before}
        found = self._database.query_index(self._table, _OPEN_TURNS, condition, values, limit)
        return [turn_of(fields) for fields in found]
