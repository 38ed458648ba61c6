"""The FIFO queue of deliveries: a lane is a message group, so one worker at a time is in it."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.adapters.partial_failures import send_all
from helpdesk.errors import HelpdeskError
from helpdesk.events import DeliveryDue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_WHAT = "The delivery queue"
_MAX_ENTRIES = 10

_Entry = dict[str, Any]


class SQSDeliveryQueue:
    """Sends messages as JSON; the queue drops what came within the last five minutes."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, due: Sequence[DeliveryDue]) -> None:
        """Queues messages. Raises Unavailable."""
        for start in range(0, len(due), _MAX_ENTRIES):
            batch = due[start : start + _MAX_ENTRIES]
            entries = [_entry(number, each) for number, each in enumerate(batch)]
            send_all(entries, self._send, _WHAT)

    def _send(self, entries: Sequence[_Entry]) -> Sequence[_Entry]:
        batch: Any = entries
        with aws_errors(_WHAT):
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=batch)
        failed = {each["Id"]: each for each in answer.get("Failed", [])}
        if any(each["SenderFault"] for each in failed.values()):
            raise HelpdeskError(f"{_WHAT} refused a message.")
        return [entry for entry in entries if entry["Id"] in failed]


def _entry(number: int, due: DeliveryDue) -> _Entry:
    group = due.tenant, due.webhook, due.lane
    return {
        "Id": str(number),
        "MessageBody": due.model_dump_json(),
        "MessageGroupId": _digest(*group),
        "MessageDeduplicationId": _digest(*group, due.cause),
    }


def _digest(*parts: str) -> str:
    # Hashed, since SQS takes 128 characters of few kinds.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
