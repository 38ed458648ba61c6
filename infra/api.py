"""Everything but chat: tenants, keys, documents, search, conversations, usage."""

from aws_cdk import Duration
from constructs import Construct

from infra.actions import Actions
from infra.archive import Archive
from infra.billing import Billing
from infra.delivery import Delivery
from infra.idempotent_replies import IdempotentReplies
from infra.models import Models
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.retrieval import PassageIndex
from infra.secrets import Secrets
from infra.tables import Tables
from infra.uploads import Uploads

# What API Gateway waits for an answer that is not streamed.
_TIMEOUT = Duration.seconds(29)


class Api(Construct):
    """One function for all short requests: they share their imports and stay warm together."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        replies: IdempotentReplies,
        uploads: Uploads,
        index: PassageIndex,
        models: Models,
        secrets: Secrets,
        delivery: Delivery,
        actions: Actions,
        archive: Archive,
        billing: Billing,
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        self.function = Function(
            self,
            "api",
            platform,
            timeout=_TIMEOUT,
            memory_mb=1024,
            environment={
                "SIGN_UP": stage.sign_up,
                "PRIVATE_ENDPOINTS": str(stage.private_endpoints).lower(),
            },
            reserved_concurrency=stage.throughput.api_reserved_concurrency,
        )
        tables.tenants.written_by(self.function)
        tables.knowledge.written_by(self.function)
        tables.conversations.written_by(self.function)
        tables.metered_by(self.function)
        tables.books.written_by(self.function)
        tables.webhooks.written_by(self.function)
        tables.actions.written_by(self.function)
        delivery.queued_by(self.function)
        actions.queued_by(self.function)
        archive.linked_by(self.function)
        billing.queued_by(self.function)
        replies.kept_by(self.function)
        uploads.ticketed_by(self.function)
        index.written_by(self.function)
        models.embed_for(self.function)
        secrets.platform_keys_read_by(self.function)
        secrets.signing_read_by(self.function)
