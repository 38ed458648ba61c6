"""The names of metrics and their dimensions, in one place.

Those that begin with ``gen_ai`` are OpenTelemetry's conventions for generative AI (durations in
seconds), https://opentelemetry.io/docs/specs/semconv/gen-ai/; where it has none, ours begin with
``helpdesk``.
"""

from enum import Enum, StrEnum

NAMESPACE = "Helpdesk"


class Metric(Enum):
    """What is measured; each has the CloudWatch unit of its values."""

    TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk", "Seconds"
    OPERATION_DURATION = "gen_ai.client.operation.duration", "Seconds"
    TOKEN_USAGE = "gen_ai.client.token.usage", "Count"
    TURN_FIRST_TOKEN = "helpdesk.turn.first_token", "Seconds"
    TURN_DURATION = "helpdesk.turn.duration", "Seconds"
    TURN_COST = "helpdesk.turn.cost_micros", "Count"
    RETRIEVAL_DURATION = "helpdesk.retrieval.duration", "Seconds"
    CACHE_USE = "helpdesk.answer_cache.uses", "Count"
    QUEUE_AGE = "helpdesk.queue.age", "Seconds"
    DOCUMENT_DURATION = "helpdesk.document.duration", "Seconds"
    DOMAIN_EVENTS = "helpdesk.domain_events", "Count"
    USAGE_POSTED = "helpdesk.usage.posted", "Count"
    USAGE_LATE = "helpdesk.usage.late", "Count"
    USAGE_REPEATED = "helpdesk.usage.repeated", "Count"
    DUE_ACTIONS = "helpdesk.due_actions", "Count"
    ORPHAN_TURNS = "helpdesk.orphan_turns", "Count"
    DELIVERY_LAG = "helpdesk.webhooks.lag", "Seconds"
    DEAD_DELIVERIES = "helpdesk.webhooks.dead", "Count"

    unit: str

    def __new__(cls, name: str, unit: str) -> "Metric":
        """A member whose value is the name, with its unit beside it."""
        member = object.__new__(cls)
        member._value_ = name
        member.unit = unit
        return member


class Dimension(StrEnum):
    """What metrics are told apart by."""

    OPERATION = "gen_ai.operation.name"
    MODEL = "gen_ai.request.model"
    TOKEN_TYPE = "gen_ai.token.type"
    FINISH_REASON = "helpdesk.finish_reason"
    CACHE = "helpdesk.cache"
    QUEUE = "helpdesk.queue"
