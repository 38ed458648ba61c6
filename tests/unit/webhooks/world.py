"""The way of an event to its receivers, in memory, with a clock that tests move."""

from datetime import timedelta
from typing import Any

from helpdesk.delivering import Delivering
from helpdesk.fan_out import FanOut
from helpdesk.subscriptions import Subscriptions
from tests.contract.webhook_examples import START
from tests.fakes.deliveries import MemoryDeliveries
from tests.fakes.delivery_queue import MemoryDeliveryQueue
from tests.fakes.signatures import FixedSignatures
from tests.fakes.webhook_sender import ScriptedReceiver
from tests.fakes.webhooks import MemoryWebhooks


class World:
    """Webhooks, lanes, a queue and a receiver."""

    def __init__(self, tenant, jitter=1.0):
        self.tenant = tenant
        self.time = START
        self.webhooks, self.deliveries = MemoryWebhooks(), MemoryDeliveries()
        self.queue, self.receiver = MemoryDeliveryQueue(), ScriptedReceiver()
        self.tried: list[Any] = []
        ports = self.webhooks, self.deliveries, self.queue
        self.subscriptions = Subscriptions(*ports, self.now)
        self.fan_out = FanOut(*ports, self.now)
        self.delivering = Delivering(
            *ports,
            self.receiver,
            FixedSignatures(),
            self.now,
            lambda: jitter,
            self.tried.append,
        )

    def now(self):
        """The time as it is now."""
        return self.time

    def register(self, url="https://acme.example/hooks", events=("*",)):
        """A webhook of the tenant."""
        return self.subscriptions.create(self.tenant, url, events)

    def happen(self, *events):
        """Events reach the fan-out."""
        for event in events:
            self.fan_out.spread(event)

    def work(self):
        """Workers take all messages."""
        while self.queue.messages:
            self.delivering.work(self.queue.messages.popleft())

    def pass_minutes(self, minutes):
        """So many sweeps, and what they lead to."""
        for _ in range(minutes):
            self.time += timedelta(minutes=1)
            self.fan_out.wake()
            self.work()

    def log(self, webhook):
        """A webhook's deliveries, the newest event first."""
        return self.subscriptions.log(self.tenant, webhook.id, 100, None).items
