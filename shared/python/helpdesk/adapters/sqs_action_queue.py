"""Work on actions in an SQS FIFO queue: what belongs to one order is done one after the other."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpdesk.actions import Action
from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.adapters.partial_failures import send_all
from helpdesk.clock import Clock
from helpdesk.errors import HelpdeskError
from helpdesk.events import ActionWork

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_WHAT = "The action queue"
_MAX_ENTRIES = 10


class SQSActionQueue:
    """Sends one small message for each action. One that comes twice changes nothing."""

    def __init__(self, client: "SQSClient", queue_url: str, now: Clock) -> None:
        self._client = client
        self._queue_url = queue_url
        self._now = now

    def send(self, actions: Sequence[Action]) -> None:
        """Queues work on each of the actions. Raises Unavailable: some may be queued then."""
        entries = [self._entry(number, action) for number, action in enumerate(actions)]
        for begin in range(0, len(entries), _MAX_ENTRIES):
            send_all(entries[begin : begin + _MAX_ENTRIES], self._send, _WHAT)

    def _send(self, entries: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        batch: Any = entries
        with aws_errors(_WHAT):
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=batch)
        failed = {each["Id"]: each for each in answer.get("Failed", [])}
        if any(each["SenderFault"] for each in failed.values()):
            raise HelpdeskError(f"{_WHAT} refused a message.")
        return [entry for entry in entries if entry["Id"] in failed]

    def _entry(self, number: int, action: Action) -> dict[str, Any]:
        work = ActionWork(tenant=action.tenant, action=action.id)
        now = self._now()
        # What waits for its steps is looked at whenever one settles, whatever its own version.
        moment = now.isoformat() if action.tool.steps else int(now.timestamp()) // 60
        return {
            "Id": str(number),
            "MessageBody": work.model_dump_json(),
            "MessageGroupId": _digest(f"{action.tenant} {action.order or action.id}"),
            # By the minute: work that was lost is queued again within the five that SQS remembers.
            "MessageDeduplicationId": f"{action.id}-{action.version}-{moment}",
        }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
