"""The queue of jobs on whole months in SQS."""

from typing import TYPE_CHECKING

from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.events import BillingJob

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class SQSBillingQueue:
    """Sends a small message for each job."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, job: BillingJob) -> None:
        """Queues a job. Raises Unavailable."""
        with aws_errors("The billing queue"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=job.model_dump_json())
