"""What travels between the functions: messages and domain events, as frozen values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from helpdesk.ids import ActionId, DocumentId, TenantId, WebhookId


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class JobPassage(_Message):
    """A passage of an embedding job."""

    position: int
    text: str
    heading: str | None = None
    page: int | None = None


class EmbeddingJob(_Message):
    """One batch of a document's version: embed these passages and index them."""

    tenant: TenantId
    document: DocumentId
    version: int
    batch: Annotated[int, Field(ge=0)]
    passages: tuple[JobPassage, ...]


class ActionWork(_Message):
    """An action has a step to take."""

    tenant: TenantId
    action: ActionId


class ApprovalProcess(_Message):
    """Where the process stands that an action goes through while a colleague is asked.

    Reminders are due so long after the colleague was asked; ``reminders`` are those to come after
    the next one.
    """

    tenant: TenantId
    action: ActionId
    remind_after_seconds: tuple[Annotated[int, Field(ge=0)], ...] = ()
    next: Literal["plan", "remind", "expire", "end"] = "plan"
    next_at: datetime | None = None
    reminders: tuple[datetime, ...] = ()


class DomainEvent(_Message):
    """Something that has happened to a tenant's things, in the past tense (``document.ready``).

    ``id`` follows from the fact, so that a listener recognises a repetition.
    """

    id: str
    type: str
    tenant: TenantId
    subject: str
    occurred_at: datetime
    data: Mapping[str, Any]


class BillingJob(_Message):
    """Something is to be done to whole months, by schedule or because somebody asked for it.

    ``id`` names the export to go on with, or the reconciliation. ``after`` is the tenant behind
    which a job goes on that ran out of time.
    """

    job: Literal["export", "reconcile", "check", "draft", "close", "storage"]
    id: str | None = None
    after: TenantId | None = None


class PlatformEvent(_Message):
    """Something that has happened to the platform as a whole: no tenant is told of it.

    ``id`` follows from the fact.
    """

    id: str
    type: str
    subject: str
    occurred_at: datetime
    data: Mapping[str, Any]


class DeliveryDue(_Message):
    """Something waits in a lane of a webhook's deliveries. It says to look, not what is there.

    Two messages with the same ``cause`` are one.
    """

    tenant: TenantId
    webhook: WebhookId
    lane: str
    cause: str
