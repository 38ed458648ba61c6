"""The embedding queue in SQS; a tenant's jobs are one message group, so that queues stay fair."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.adapters.partial_failures import send_all
from helpdesk.errors import HelpdeskError, PayloadTooLarge
from helpdesk.events import EmbeddingJob

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_WHAT = "The embedding queue"
_MAX_ENTRIES = 10
_MAX_BYTES = 1024 * 1024
"""Of a message, and of a whole call. Source: the quotas page of the SQS developer guide."""

_Entry = dict[str, Any]


class SQSEmbeddingQueue:
    """Sends jobs as JSON, in as few calls as their number and size allow."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, jobs: Sequence[EmbeddingJob]) -> None:
        """Queues all jobs. Raises Unavailable, and PayloadTooLarge for a job over 1 MiB.

        After an error some may be queued: a job that comes twice changes nothing.
        """
        for entries in list(_calls(jobs)):
            send_all(entries, self._send, _WHAT)

    def _send(self, entries: Sequence[_Entry]) -> Sequence[_Entry]:
        batch: Any = entries
        with aws_errors(_WHAT):
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=batch)
        failed = {each["Id"]: each for each in answer.get("Failed", [])}
        if any(each["SenderFault"] for each in failed.values()):
            raise HelpdeskError(f"{_WHAT} refused a job.")
        return [entry for entry in entries if entry["Id"] in failed]


def _calls(jobs: Sequence[EmbeddingJob]) -> Iterator[list[_Entry]]:
    entries: list[_Entry] = []
    size = 0
    for number, job in enumerate(jobs):
        body = job.model_dump_json()
        added = len(body.encode())
        if added > _MAX_BYTES:
            raise PayloadTooLarge("A batch of passages is larger than the queue takes.")
        if len(entries) == _MAX_ENTRIES or size + added > _MAX_BYTES:
            yield entries
            entries, size = [], 0
        entries.append({"Id": str(number), "MessageBody": body, "MessageGroupId": job.tenant})
        size += added
    if entries:
        yield entries
