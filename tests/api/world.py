"""The API over real tables (moto's), asked with the events that API Gateway sends."""

import hmac
import json
from dataclasses import dataclass, replace
from typing import Any

import boto3

from helpdesk.acting import Acting
from helpdesk.adapters.dynamodb.actions import DynamoDBActions
from helpdesk.adapters.dynamodb.books import DynamoDBBooks
from helpdesk.adapters.dynamodb.charges import DynamoDBCharges
from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations
from helpdesk.adapters.dynamodb.deliveries import DynamoDBDeliveries
from helpdesk.adapters.dynamodb.documents import DynamoDBDocuments
from helpdesk.adapters.dynamodb.exports import DynamoDBExports
from helpdesk.adapters.dynamodb.keys import DynamoDBKeys
from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.adapters.dynamodb.periods import DynamoDBPeriods
from helpdesk.adapters.dynamodb.plans import DynamoDBPlans
from helpdesk.adapters.dynamodb.reconciliations import DynamoDBReconciliations
from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants
from helpdesk.adapters.dynamodb.tools import DynamoDBTools
from helpdesk.adapters.dynamodb.webhooks import DynamoDBWebhooks
from helpdesk.adapters.idempotent_replies import PowertoolsReplies
from helpdesk.adapters.json_schema import JSONArgumentSchema
from helpdesk.adapters.s3_archive import S3Archive
from helpdesk.adapters.s3_uploads import S3Uploads
from helpdesk.adapters.sqs_billing_queue import SQSBillingQueue
from helpdesk.billing.billed_events import BilledEvents
from helpdesk.billing.bills import Bills
from helpdesk.billing.checking import Checking
from helpdesk.billing.closing import Closing
from helpdesk.billing.day_counts import CountingDays
from helpdesk.billing.export_requests import ExportRequests
from helpdesk.billing.ingesting_usage import IngestingUsage
from helpdesk.billing.issued_invoices import IssuedInvoices
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.reconciling_periods import ReconciliationRequests
from helpdesk.billing.running import RunningAccounts
from helpdesk.charging import charge
from helpdesk.clock import utc_now
from helpdesk.conversations import (
    Conversation,
    ConversationStatus,
    EndUser,
    Turn,
    TurnStatus,
    preview_of,
)
from helpdesk.edge.access import Access, context_of
from helpdesk.edge.api import Api
from helpdesk.edge.operations import Services
from helpdesk.edge.routes import OPERATIONS
from helpdesk.identity import Authenticator, CachedKeys
from helpdesk.ids import ConversationId, TenantId, TurnId, new_id
from helpdesk.keyring import Keyring
from helpdesk.knowledge import Knowledge
from helpdesk.model import TokenUsage
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.planning import Planning
from helpdesk.pricing import PRICE_BOOK
from helpdesk.resolving import Resolving
from helpdesk.retrieval import Retrieval
from helpdesk.sessions import Sessions
from helpdesk.signing import Signing
from helpdesk.subscriptions import Subscriptions
from helpdesk.tenancy import Tenancy
from helpdesk.tenant_tariffs import TenantTariffs
from helpdesk.toolbox import Toolbox
from helpdesk.usage_telemetry import usage_checked, usage_conflicted
from helpdesk.visitor_tokens import VisitorTokens
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.delivery_queue import MemoryDeliveryQueue
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passage_index import MemoryPassageIndex
from tests.fakes.platform_keys import MemoryPlatformKeys
from tests.fakes.root_secrets import MemoryRootSecrets

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> Any:
        assert self.headers["content-type"] == "application/problem+json"
        return self.json["code"]

    @property
    def fields(self) -> list[str]:
        return [error["field"] for error in self.json["errors"]]


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant and its keys."""

    id: TenantId
    secret: str
    publishable: str


class World:
    """Everything behind the API, and a way to call it."""

    def __init__(self, sign_up="open", prefix="", any_origin=True):
        self._make_cloud(prefix)
        self._make_stores()
        self._make_platform(prefix)
        self.services = self._services(any_origin)
        seal = boto3.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"]
        replies = PowertoolsReplies(
            self.dynamodb, self.tables["idempotency"], boto3.client("kms", REGION), seal
        )
        access = Access(lambda: self.authenticator, sign_up)
        self.api = Api(OPERATIONS, self.services, access, lambda: replies)

    def _make_cloud(self, prefix):
        self.dynamodb = boto3.client("dynamodb", REGION)
        names = (
            *("tenants", "knowledge", "conversations", "ledger", "books", "actions", "webhooks"),
            "idempotency",
        )
        self.tables = {name: prefix + name for name in names}
        for name, table in self.tables.items():
            _create_table(
                self.dynamodb, table, *(["id"] if name == "idempotency" else ["pk", "sk"])
            )
        self.s3 = boto3.client("s3", REGION)
        self.s3.create_bucket(Bucket="uploads")
        self.archive_bucket = f"{prefix}archive"
        self.s3.create_bucket(Bucket=self.archive_bucket)
        self.sqs = boto3.client("sqs", REGION)
        self.billing_queue_url = self.sqs.create_queue(QueueName=f"{prefix}billing")["QueueUrl"]

    def _make_stores(self):
        self.tenants = DynamoDBTenants(self.dynamodb, self.tables["tenants"])
        self.catalogue = PlanCatalogue(DynamoDBPlans(self.dynamodb, self.tables["tenants"]))
        self.tariffs = TenantTariffs(self.tenants, PRICE_BOOK)
        self.keys = DynamoDBKeys(self.dynamodb, self.tables["tenants"])
        self.action_queue = MemoryActionQueue()
        self.documents = DynamoDBDocuments(self.dynamodb, self.tables["knowledge"])
        self.conversations = DynamoDBConversations(
            self.dynamodb,
            self.tables["conversations"],
            self.tables["ledger"],
            self.tables["books"],
        )
        self.ledger = DynamoDBLedger(self.dynamodb, self.tables["ledger"], self.tables["books"])
        self.books = DynamoDBBooks(self.dynamodb, self.tables["books"])
        self.posting = PostingUsage(self.books)
        self.periods = DynamoDBPeriods(self.dynamodb, self.tables["books"])
        self.charges = DynamoDBCharges(self.dynamodb, self.tables["ledger"])
        self.exports = DynamoDBExports(self.dynamodb, self.tables["books"])
        self.archive = S3Archive(self.s3, self.archive_bucket)
        self.billing_queue = SQSBillingQueue(self.sqs, self.billing_queue_url)
        self.actions = DynamoDBActions(
            self.dynamodb,
            self.tables["actions"],
            self.tables["conversations"],
            self.tables["ledger"],
            self.tables["books"],
        )
        self.tools = DynamoDBTools(self.dynamodb, self.tables["tenants"])
        self.webhooks = DynamoDBWebhooks(self.dynamodb, self.tables["webhooks"])
        self.deliveries = DynamoDBDeliveries(self.dynamodb, self.tables["webhooks"])
        self.delivery_queue = MemoryDeliveryQueue()
        self.index = MemoryPassageIndex()

    def _make_platform(self, prefix):
        self.platform_keys = MemoryPlatformKeys()
        self.platform_keys_secret = f"{prefix}platform-keys"
        boto3.client("secretsmanager", REGION).create_secret(
            Name=self.platform_keys_secret,
            SecretString=json.dumps(
                {"operator": self.platform_keys.operator, "finance": self.platform_keys.finance}
            ),
        )
        self.roots = MemoryRootSecrets()
        self.signing_secret = f"{prefix}signing"
        boto3.client("secretsmanager", REGION).create_secret(
            Name=self.signing_secret,
            SecretString=json.dumps({"current": self.roots.roots().current.hex()}),
        )
        tokens = VisitorTokens(self.roots, utc_now)
        self.authenticator = Authenticator(
            CachedKeys(self.keys, utc_now), self.platform_keys, tokens
        )
        self.without_memory = Authenticator(self.keys, self.platform_keys, tokens)

    def _services(self, any_origin):
        return Services(
            tenancy=lambda: Tenancy(self.tenants, self.catalogue, utc_now),
            catalogue=lambda: self.catalogue,
            planning=lambda: Planning(
                self.tenants, self.catalogue, self.books, PRICE_BOOK, utc_now
            ),
            keyring=lambda: Keyring(self.keys, utc_now),
            knowledge=lambda: Knowledge(
                self.documents, S3Uploads(self.s3, "uploads"), self.index, utc_now
            ),
            retrieval=lambda: Retrieval(self.documents, HashingEmbedder(), self.index),
            conversations=lambda: self.conversations,
            resolving=lambda: Resolving(self.conversations, self.tariffs, utc_now),
            acting=lambda: Acting(
                self.actions,
                self.action_queue,
                self.tools,
                JSONArgumentSchema(),
                self.tariffs,
                utc_now,
            ),
            bills=lambda: Bills(
                RunningAccounts(self.ledger, self.books), self.periods, self.tenants, utc_now
            ),
            billed_events=lambda: BilledEvents(self.ledger, self.books),
            counting_days=lambda: CountingDays(self.books, utc_now),
            ingesting_usage=lambda: IngestingUsage(
                self.ledger, self.tenants, self.tariffs, utc_now, usage_conflicted
            ),
            checking=lambda: Checking(
                self.ledger, self.books, self.tenants, self.posting, utc_now, usage_checked
            ),
            signing=lambda: Signing(self.tenants, self.roots, utc_now),
            sessions=lambda: Sessions(self.tenants, self.roots, utc_now, any_origin),
            subscriptions=lambda: Subscriptions(
                self.webhooks, self.deliveries, self.delivery_queue, utc_now
            ),
            toolbox=lambda: Toolbox(self.tools, JSONArgumentSchema(), utc_now),
            exports=lambda: ExportRequests(
                self.exports,
                self.tenants,
                self.periods,
                Closing(self.tenants, self.ledger, self.books, self.charges, self.periods, utc_now),
                self.billing_queue,
                self.archive,
                utc_now,
            ),
            invoices=lambda: IssuedInvoices(self.periods, self.archive),
            reconciliations=lambda: ReconciliationRequests(
                DynamoDBReconciliations(self.dynamodb, self.tables["books"]),
                self.billing_queue,
                utc_now,
            ),
            now=utc_now,
        )

    def written(self, *names):
        """All that the tables hold, as one text."""
        return str([self.dynamodb.scan(TableName=self.tables[name])["Items"] for name in names])

    def call(self, method, path, body=None, *, key=None, query=None, headers=None, **event):
        """One call; ``key`` goes through the authorizer, as on AWS, unless the route has none."""
        sent = dict(headers or {})
        context = {"identity": {"sourceIp": "203.0.113.9"}}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
            if path not in ("/v1/tenants", "/v1/health", "/v1/openapi.json"):
                principal = self.authenticator.principal(sent["Authorization"])
                context["authorizer"] = context_of(principal) | {"principalId": "x"}
        content = body if isinstance(body, str | None) else json.dumps(body)
        return self.send(
            {
                "resource": "/v1/{proxy+}",
                "httpMethod": method,
                "path": path,
                "headers": sent,
                "multiValueHeaders": {name: [value] for name, value in sent.items()},
                "queryStringParameters": query,
                "requestContext": context,
                "body": content,
                "isBase64Encoded": False,
                **event,
            }
        )

    def send(self, event):
        """One event, as it is."""
        answer = self.api.answer(event, None)
        headers = {
            name.lower(): value
            for name, values in answer["multiValueHeaders"].items()
            for value in values
        }
        return Answer(answer["statusCode"], headers, answer["body"])

    def company(self, name="Acme"):
        """A tenant that has signed up."""
        body = {"name": name, "email": "ops@acme.example"}
        new = self.call("POST", "/v1/tenants", body, key=self.platform_keys.operator).json
        keys = new["keys"]
        return Company(TenantId(new["tenant"]["id"]), keys["secret"], keys["publishable"])

    def visitor(self, company, end_user=None):
        """The token of a new session on a company's site."""
        body = {}
        if end_user:
            (secret, *_) = Signing(self.tenants, self.roots, utc_now).secrets_of(company.id)
            signature = hmac.digest(secret.text.encode(), end_user.encode(), "sha256").hex()
            body = {"end_user": {"id": end_user}, "signature": signature}
        opened = self.call("POST", "/v1/sessions", body, key=company.publishable)
        return opened.json["token"]

    def turn(
        self, tenant, question="Where is my parcel?", end_user=None, settle=True, visitor=None
    ):
        """A conversation with one turn."""
        now = utc_now()
        turn = Turn(
            tenant=tenant,
            conversation=ConversationId(new_id("conv", now)),
            id=TurnId(new_id("turn", now)),
            status=TurnStatus.RUNNING,
            question=question,
            started_at=now,
        )
        user = EndUser(end_user) if end_user else None
        head = Conversation(
            tenant,
            turn.conversation,
            ConversationStatus.BOT,
            now,
            now,
            end_user=user,
            preview=preview_of(question),
            visitor=visitor,
        )
        self.conversations.claim(turn, head)
        if settle:
            self.settle(turn)
        return turn

    def settle(self, turn):
        """Ends a turn that used 1,000 tokens in and 10 out."""
        used = TokenUsage("gpt-4o-mini", 1_000, 10)
        tariff = self.tariffs.at(turn.tenant, turn.started_at)
        charged = charge(turn, used, tariff, opens_conversation=True)
        settled = replace(
            turn,
            status=TurnStatus.SETTLED,
            answer="On its way.",
            finish_reason="answered",
            usage=charged.usage,
        )
        assert self.conversations.settle(settled, charged.event)


def _create_table(client, name, *keys):
    kinds = ("HASH", "RANGE")
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
