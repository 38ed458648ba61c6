"""A queue of jobs on whole months in memory."""

from collections import deque

from helpdesk.events import BillingJob


class MemoryBillingQueue:
    """Keeps what was sent in ``jobs``."""

    def __init__(self) -> None:
        self.jobs: deque[BillingJob] = deque()

    def send(self, job: BillingJob) -> None:
        """Queues a job."""
        self.jobs.append(job)
