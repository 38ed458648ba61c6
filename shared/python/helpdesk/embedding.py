"""Embedding: jobs become indexed passages; a version that is whole is published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from helpdesk.clock import Clock
from helpdesk.documents import Document, DocumentStatus
from helpdesk.errors import Unavailable
from helpdesk.events import EmbeddingJob
from helpdesk.ids import TenantId
from helpdesk.passages import Passage, content_hash
from helpdesk.ports import Documents, PassageIndex
from helpdesk.text_vectors import TextVectors, Want

Published = Callable[[Document, timedelta], None]
"""Is told which version is now retrieved, and how long its processing took."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """Does several jobs at once: few calls for many passages, and full batches for the model.

    Every step may be repeated, and is, when a message comes again.
    """

    documents: Documents
    vectors: TextVectors
    passage_index: PassageIndex
    now: Clock
    published: Published

    def embed(self, jobs: Sequence[EmbeddingJob]) -> Sequence[EmbeddingJob]:
        """Does the jobs, and returns those that are to come again, because something was down.

        Jobs of deleted, superseded and failed versions are dropped.
        """
        undone: list[EmbeddingJob] = []
        for tenant, own in groupby(sorted(jobs, key=_tenant), key=_tenant):
            undone += self._embed(tenant, list(own))
        return undone

    def _embed(self, tenant: TenantId, jobs: Sequence[EmbeddingJob]) -> Sequence[EmbeddingJob]:
        try:
            works = [_Work.of(job) for job in self._wanted(tenant, jobs)]
            vectors = self.vectors.find(tenant, [work.want for work in works])
            whole = [work for work in works if work.want.texts.keys() <= vectors.keys()]
            indexed = [
                (passage, vectors[hash_]) for work in whole for passage, hash_ in work.passages
            ]
            if indexed:
                self.passage_index.add(tenant, self.vectors.embedder.model, indexed)
        except Unavailable:
            return jobs
        short = [work.job for work in works if work not in whole]
        return short + [work.job for work in whole if not self._finish(work.job)]

    def _wanted(self, tenant: TenantId, jobs: Sequence[EmbeddingJob]) -> Sequence[EmbeddingJob]:
        found = self.documents.get_many(tenant, {job.document for job in jobs})
        now = self.now()
        for deleted in {job.document for job in jobs} - found.keys():
            # Maybe between the two halves of an earlier try.
            self.passage_index.keep_only(tenant, deleted, None)
        return [
            job
            for job in jobs
            if (document := found.get(job.document))
            and document.version == job.version
            and document.at(now).status in (DocumentStatus.PROCESSING, DocumentStatus.READY)
        ]

    def _finish(self, job: EmbeddingJob) -> bool:
        """Marks a job as done, and publishes its version with the last one."""
        try:
            document = self.documents.batch_done(job.tenant, job.document, job.version, job.batch)
            if document is None:
                self._clear_away(job)
            elif document.batches_done == document.batches and self._publish(document):
                self.passage_index.keep_only(job.tenant, job.document, job.version)
        except Unavailable:
            return False
        return True

    def _publish(self, document: Document) -> bool:
        if document.published_version == document.version:
            return True  # An earlier try ended after publishing.
        now = self.now()
        if not self.documents.publish(document.tenant, document.id, document.version, now):
            return False
        self.published(document, now - document.updated_at)
        return True

    def _clear_away(self, job: EmbeddingJob) -> None:
        """Takes back what was indexed for a document that was deleted meanwhile."""
        if job.document not in self.documents.get_many(job.tenant, {job.document}):
            self.passage_index.keep_only(job.tenant, job.document, None)


@dataclass(frozen=True, slots=True)
class _Work:
    job: EmbeddingJob
    want: Want
    passages: Sequence[tuple[Passage, str]]

    @classmethod
    def of(cls, job: EmbeddingJob) -> "_Work":
        passages = [
            Passage(job.document, job.version, each.position, each.text, each.heading, each.page)
            for each in job.passages
        ]
        hashed = [(passage, content_hash(passage.to_embed())) for passage in passages]
        want = Want(
            fact=f"{job.document}_{job.version}_{job.batch}",
            subject=job.document,
            texts={hash_: passage.to_embed() for passage, hash_ in hashed},
        )
        return cls(job, want, hashed)


def _tenant(job: EmbeddingJob) -> TenantId:
    return job.tenant
