"""What is said of deliveries: each attempt, and those that were given up."""

from helpdesk.metric_names import Metric
from helpdesk.telemetry import log, measure
from helpdesk.webhooks import Delivery, DeliveryStatus


def delivery_tried(delivery: Delivery) -> None:
    """How an attempt ended."""
    last = delivery.attempts[-1]
    log(
        "delivery_tried",
        tenant=delivery.tenant,
        webhook=delivery.webhook,
        event_id=delivery.event.id,
        attempt=len(delivery.attempts),
        **({"status": last.status} if last.status is not None else {"code": last.problem or ""}),
    )
    if delivery.status is DeliveryStatus.DELIVERED:
        took = last.at - delivery.event.occurred_at
        measure({Metric.DELIVERY_LAG: max(0.0, took.total_seconds())})
    if delivery.status is DeliveryStatus.DEAD:
        measure({Metric.DEAD_DELIVERIES: 1}, tenant=delivery.tenant, webhook=delivery.webhook)
