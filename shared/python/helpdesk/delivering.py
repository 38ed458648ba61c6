"""Works on a lane: its deliveries go out one after another, and wait behind one that fails.

Retries are not left to the queue. A FIFO queue delays no single message, and hiding a failed one
by its visibility timeout would keep a dead receiver's whole backlog in the queue: it counts towards
the messages in flight that all tenants share, no hiding lasts 24 hours, and three receipts lead to
the dead letters. So the table says what waits and since when, a message only says "look at this
lane", and a sweep each minute sends one for each lane that is due. The queue's groups see to it
that one worker at a time is in a lane; order and retries are the table's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from helpdesk.clock import Clock
from helpdesk.errors import Conflict, NotFound
from helpdesk.events import DeliveryDue
from helpdesk.fan_out import due_since
from helpdesk.ports import Deliveries, DeliveryQueue, Signatures, Webhooks, WebhookSender
from helpdesk.webhooks import Delivery, Lane, Webhook, body_of, headers_of, pause_after

STINT = timedelta(seconds=20)
"""How long a worker stays in one lane; then a new message lets others come first."""


@dataclass(frozen=True, slots=True)
class Delivering:
    """Posts what waits. Delivered twice is possible, lost is not: an event leaves its lane only
    after its receiver has answered."""

    webhooks: Webhooks
    deliveries: Deliveries
    queue: DeliveryQueue
    sender: WebhookSender
    signatures: Signatures
    now: Clock
    chance: Callable[[], float]
    tried: Callable[[Delivery], None] = lambda _: None

    def work(self, due: DeliveryDue) -> int:
        """Delivers what is due in a lane, until one fails; says how many were tried.

        Raises Unavailable.
        """
        lane = Lane(due.tenant, due.webhook, due.lane)
        ends, count = self.now() + STINT, 0
        while delivery := self.deliveries.first(lane):
            if delivery.next_try_at is not None and delivery.next_try_at > self.now():
                break
            if self.now() >= ends:
                self.queue.send([due_since(lane, ends)])
                break
            settled = self._try(delivery)
            count += 1
            if not settled:
                break
        return count

    def _try(self, delivery: Delivery) -> bool:
        after = self._after(delivery)
        tried = len(after.attempts) > len(delivery.attempts)
        if tried and after.attempts[-1].gone:
            self.webhooks.disable(delivery.tenant, delivery.webhook, self.now())
        try:
            self.deliveries.save(after)
        except Conflict:
            # Another worker was here meanwhile, and what it wrote holds.
            return True
        if tried:
            self.tried(after)
        return after.settled

    def _after(self, delivery: Delivery) -> Delivery:
        try:
            webhook = self.webhooks.get(delivery.tenant, delivery.webhook)
            return delivery.dropped() if webhook.disabled_at else self._posted(delivery, webhook)
        except NotFound:
            # The webhook was deleted, or its tenant was.
            return delivery.dropped()

    def _posted(self, delivery: Delivery, webhook: Webhook) -> Delivery:
        now, body = self.now(), body_of(delivery.event)
        signature = self.signatures.header(delivery.tenant, body, now)
        attempt = self.sender.post(webhook.url, headers_of(delivery, signature), body, now)
        return delivery.after(attempt, pause_after(delivery.failures + 1, self.chance))
