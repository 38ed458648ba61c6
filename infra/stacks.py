"""Two stacks: what must outlive a deployment, and what may be replaced by any."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.actions import Actions
from infra.api import Api
from infra.approvals import Approvals
from infra.archive import Archive
from infra.authorizer import Authorizer
from infra.billing import Billing
from infra.billing_news import BillingNews
from infra.chat import TIMEOUT as CHAT_TIMEOUT
from infra.chat import Chat
from infra.dashboard import Dashboard
from infra.delivery import Delivery
from infra.domain_events import DomainEvents
from infra.embedding import Embedding
from infra.finance import Finance
from infra.front_door import STAGE_NAME, FrontDoor
from infra.idempotent_replies import IdempotentReplies
from infra.ingestion import TIMEOUT as INGESTION_TIMEOUT
from infra.ingestion import Ingestion
from infra.metering import Metering
from infra.models import Models
from infra.parts.layers import Layers
from infra.parts.monitoring import Monitoring
from infra.parts.platform import Platform
from infra.reconciler import Reconciler
from infra.retrieval import passage_index
from infra.secrets import Secrets
from infra.stages import Stage
from infra.sweeper import Sweeper
from infra.tables import Tables
from infra.uploads import Uploads
from infra.webhooks import Webhooks


class DataStack(Stack):
    """Tables, buckets, index, secrets, bus: what is kept."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, f"Helpdesk-{stage.name}-Data")
        self.monitoring = Monitoring(self, "Monitoring", stage)
        self.tables = Tables(self, "Tables", stage)
        self.uploads = Uploads(
            self, "Uploads", stage, self.monitoring, worker_timeout=INGESTION_TIMEOUT
        )
        self.archive = Archive(self, "Archive", stage)
        self.replies = IdempotentReplies(self, "IdempotentReplies", stage)
        self.secrets = Secrets(self, "Secrets", stage)
        self.events = DomainEvents(self, "DomainEvents", stage)
        self.index = passage_index(self, stage)


class ServiceStack(Stack):
    """The functions and their routes, queues and schedules."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, f"Helpdesk-{stage.name}-Service")
        platform = Platform(stage, Layers(self, "Layers", stage), data.monitoring)
        models = Models(stage, data.secrets.model_keys)
        embedding = self._add_background_work(platform, data, models)
        delivery = self._add_webhooks(platform, data)
        actions = self._add_actions(platform, data)
        billing = self._add_billing(platform, data)
        authorizer = Authorizer(
            self, "Authorizer", platform, tables=data.tables, secrets=data.secrets
        )
        chat = Chat(
            self,
            "Chat",
            platform,
            tables=data.tables,
            index=data.index,
            models=models,
            secrets=data.secrets,
            actions=actions,
        )
        api = Api(
            self,
            "Api",
            platform,
            tables=data.tables,
            replies=data.replies,
            uploads=data.uploads,
            index=data.index,
            models=models,
            secrets=data.secrets,
            delivery=delivery,
            actions=actions,
            archive=data.archive,
            billing=billing,
        )
        door = FrontDoor(
            self,
            "FrontDoor",
            stage,
            data.monitoring,
            chat=chat.function,
            chat_timeout=CHAT_TIMEOUT,
            api=api.function,
            authorizer=authorizer.door,
        )
        if stage.monitored:
            ages = [data.uploads.arrivals.age, embedding.jobs.age]
            Dashboard(self, "Dashboard", api=door.rest_api, queue_ages=ages)
        self._say_where(data, door, chat)

    def _add_background_work(
        self, platform: Platform, data: DataStack, models: Models
    ) -> Embedding:
        embedding = Embedding(
            self, "Embedding", platform, tables=data.tables, index=data.index, models=models
        )
        Ingestion(
            self,
            "Ingestion",
            platform,
            tables=data.tables,
            uploads=data.uploads,
            embedding=embedding,
        )
        Metering(self, "Metering", platform, tables=data.tables, events=data.events)
        Sweeper(self, "Sweeper", platform, tables=data.tables, models=models)
        return embedding

    def _add_webhooks(self, platform: Platform, data: DataStack) -> Delivery:
        delivery = Delivery(self, "Delivery", platform, tables=data.tables, secrets=data.secrets)
        Webhooks(
            self,
            "Webhooks",
            platform,
            tables=data.tables,
            events=data.events,
            delivery=delivery,
        )
        return delivery

    def _add_actions(self, platform: Platform, data: DataStack) -> Actions:
        actions = Actions(self, "Actions", platform, tables=data.tables, secrets=data.secrets)
        Reconciler(self, "Reconciler", platform, tables=data.tables, actions=actions)
        Approvals(self, "Approvals", platform, tables=data.tables, events=data.events)
        return actions

    def _add_billing(self, platform: Platform, data: DataStack) -> Billing:
        billing = Billing(
            self,
            "Billing",
            platform,
            tables=data.tables,
            archive=data.archive,
            events=data.events,
        )
        if platform.stage.finance_access:
            BillingNews(self, "BillingNews", platform, events=data.events)
            Finance(self, "Finance", platform.stage, data.archive)
        return billing

    def _say_where(self, data: DataStack, door: FrontDoor, chat: Chat) -> None:
        self._say("ApiId", door.rest_api.rest_api_id)
        self._say("ApiStageName", STAGE_NAME)
        self._say("ChatFunctionName", chat.function.function_name)
        self._say("PlatformKeysSecretName", data.secrets.platform_keys.secret_arn)
        self._say("ModelKeysSecretName", data.secrets.model_keys.secret_arn)
        self._say("SigningSecretName", data.secrets.signing.secret_arn)

    def _say(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value)
