"""Webhooks: each tenant its own, until it is deleted."""

from dataclasses import replace

import pytest

from helpdesk.adapters.dynamodb.webhooks import DynamoDBWebhooks
from helpdesk.clock import utc_now
from helpdesk.errors import NotFound
from tests.contract.examples import a_tenant_id
from tests.contract.webhook_examples import a_webhook
from tests.fakes.webhooks import MemoryWebhooks


@pytest.fixture
def webhooks(cloud):
    return DynamoDBWebhooks(cloud.client("dynamodb"), "webhooks") if cloud else MemoryWebhooks()


def test_a_webhook_is_what_was_added(webhooks):
    one, two = (a_webhook(tenant := a_tenant_id()), a_webhook(tenant, events=("a.b", "c.d")))
    other = a_webhook(a_tenant_id())
    for each in (two, one, other, one):
        webhooks.add(each)

    assert webhooks.get(tenant, two.id) == two
    assert webhooks.of_tenant(tenant) == sorted([one, two], key=lambda each: each.id)


def test_it_is_disabled_and_enabled(webhooks):
    webhook, now = a_webhook(a_tenant_id()), utc_now()
    webhooks.add(webhook)

    webhooks.disable(webhook.tenant, webhook.id, now)
    assert webhooks.get(webhook.tenant, webhook.id) == replace(webhook, disabled_at=now)
    webhooks.enable(webhook.tenant, webhook.id)
    assert webhooks.get(webhook.tenant, webhook.id) == webhook


def test_what_is_not_there_can_be_disabled_but_stays_away(webhooks):
    webhook = a_webhook(a_tenant_id())

    webhooks.disable(webhook.tenant, webhook.id, utc_now())

    assert webhooks.of_tenant(webhook.tenant) == []


def test_a_deleted_one_is_gone(webhooks):
    webhook = a_webhook(a_tenant_id())
    webhooks.add(webhook)

    webhooks.delete(webhook.tenant, webhook.id)

    with pytest.raises(NotFound):
        webhooks.get(webhook.tenant, webhook.id)
    with pytest.raises(NotFound):
        webhooks.delete(webhook.tenant, webhook.id)


def test_another_tenants_webhook_is_not_there(webhooks):
    webhook, rival = a_webhook(a_tenant_id()), a_tenant_id()
    webhooks.add(webhook)

    for ask in (webhooks.get, webhooks.delete):
        with pytest.raises(NotFound):
            ask(rival, webhook.id)
    webhooks.disable(rival, webhook.id, utc_now())

    assert webhooks.of_tenant(rival) == []
    assert webhooks.of_tenant(webhook.tenant) == [webhook]
