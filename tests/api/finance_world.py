"""The world of the API, with companies that used something two months ago, and the billing function
as Lambda calls it."""

import importlib
import json
from datetime import timedelta
from itertools import chain
from urllib.parse import unquote, urlsplit

import boto3

from helpdesk import wiring
from helpdesk.billing.periods import previous_period, start_of
from helpdesk.clock import period_of, utc_now
from helpdesk.ids import EventId, new_id
from helpdesk.tenancy import Tenancy
from helpdesk.usage import UsageEvent
from helpdesk.wiring import adapters, billing, billing_adapters, clients
from tests.api.world import REGION, Company, World

LONG_AGO = previous_period(previous_period(period_of(utc_now())))
"""A month that is over, whatever day it is."""


class Context:
    """What Lambda tells of a call."""

    def get_remaining_time_in_millis(self):
        return 15 * 60 * 1000


class FinanceWorld(World):
    """Two companies that signed up then, one that did later; finance's key."""

    def __init__(self):
        super().__init__()
        self.bus = boto3.client("events", REGION).create_event_bus(Name="bus")
        self.finance = self.platform_keys.finance
        self.acme = self._signed_up("Acme Ltd")
        self.rival = self._signed_up("Šťastný & Søn")
        for number in range(3):
            self.use(self.acme, number)
        self.use(self.rival, 7)

    def _signed_up(self, name):
        now = start_of(LONG_AGO) + timedelta(days=3)
        new = Tenancy(self.tenants, self.catalogue, lambda: now).sign_up(
            name, "ops@acme.example", "pro"
        )
        return Company(new.tenant.id, new.secret.text, new.publishable.text)

    def use(self, company, number):
        """A turn and a resolution of that month."""
        at = start_of(LONG_AGO) + timedelta(days=4, minutes=number)
        tariff = self.tariffs.at(company.id, at)
        self.ledger.record(
            UsageEvent(
                id=EventId(new_id("evt", at)),
                tenant=company.id,
                type="resolution",
                subject="conv_1",
                occurred_at=at,
                plan=tariff.plan.ref,
                price_version=tariff.prices.version,
                lines=(
                    tariff.line("resolutions", 60),
                    tariff.line("input_tokens", 1_234_567, "gpt-4o-mini"),
                ),
            )
        )

    @property
    def environment(self):
        """What CDK gives the billing function."""
        return {
            "STAGE": "local",
            "ARCHIVE_BUCKET": self.archive_bucket,
            "BILLING_QUEUE_URL": self.billing_queue_url,
            "EVENT_BUS_NAME": "bus",
            "SELLER_NAME": "Helpdesk AI GmbH",
            "SELLER_ADDRESS": "Musterstraße 1\n10115 Berlin",
            **{f"{name.upper()}_TABLE": table for name, table in self.tables.items()},
        }

    def work(self):
        """What the queue makes the function do, until there is nothing more to do."""
        while found := self.sqs.receive_message(QueueUrl=self.billing_queue_url).get("Messages"):
            for message in found:
                record = {
                    "messageId": message["MessageId"],
                    "body": message["Body"],
                    "eventSource": "aws:sqs",
                    "attributes": {},
                }
                assert self.run({"Records": [record]}) == {"batchItemFailures": []}
                self.sqs.delete_message(
                    QueueUrl=self.billing_queue_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def run(self, event):
        """One call of the function."""
        return importlib.import_module("functions.billing.handler").handler(event, Context())

    def ask(self, method, path, body=None, **options):
        """A call with finance's key."""
        return self.call(method, path, body, key=self.finance, **options)

    def export(self, **wish):
        """An export, done."""
        export = self.ask("POST", "/v1/exports", {"period": LONG_AGO, **wish}).json
        self.work()
        return self.ask("GET", f"/v1/exports/{export['id']}").json

    def downloaded(self, url):
        """What is behind a link into the archive."""
        key = unquote(urlsplit(url).path).lstrip("/").removeprefix(f"{self.archive_bucket}/")
        found = boto3.client("s3", REGION).get_object(Bucket=self.archive_bucket, Key=key)
        return found["Body"].read()

    def document(self, url):
        """A JSON document behind a link."""
        return json.loads(self.downloaded(url))


def forget_what_is_wired():
    """Makes the next use read the environment anew."""
    modules = (wiring, adapters, billing, billing_adapters, clients)
    for made in chain(*(vars(each).values() for each in modules)):
        if hasattr(made, "cache_clear"):
            made.cache_clear()
