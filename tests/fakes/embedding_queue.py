"""An embedding queue in memory."""

from collections.abc import Sequence

from helpdesk.events import EmbeddingJob


class MemoryEmbeddingQueue:
    """Keeps the jobs in ``jobs``, in the order in which they were sent."""

    def __init__(self) -> None:
        self.jobs: list[EmbeddingJob] = []

    def send(self, jobs: Sequence[EmbeddingJob]) -> None:
        """Queues all jobs."""
        self.jobs.extend(jobs)
