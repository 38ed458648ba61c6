"""What the functions say about their work: JSON log lines and EMF metrics, without personal text.

Redaction is by construction: a line holds only the declared facts, and a fact is a number, a truth
value or one word (an id, an enum's value, a route). Sentences, addresses and unknown names never
get through, so there is nothing to scrub afterwards. Ids are arguments, so concurrent requests of
one process can't mix them up.
"""

import re
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from typing import IO, Any, TypedDict, Unpack

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from helpdesk.metric_names import NAMESPACE, Dimension, Metric

_WORD = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_.:/{}-]{0,127}", re.ASCII)
_REDACTED = "[redacted]"
_FRAMES = 12


class Facts(TypedDict, total=False):
    """The facts that a line may hold; add a name here to log something new."""

    request: str
    tenant: str | None
    conversation: str | None
    turn: str | None
    document: str | None
    action: str
    action_status: str
    task: str
    next_task: str
    key: str | None
    event_id: str
    message_id: str
    webhook: str
    role: str | None
    route: str
    method: str
    status: int
    code: str
    period: str
    model: str
    finish_reason: str
    cache: str
    version: int
    batch: int
    attempt: int
    count: int
    failed: int
    late: int
    repeated: int
    passages: int
    chunks: int
    size_bytes: int
    first_token_ms: int | None
    retrieval_ms: int
    duration_ms: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    estimated: bool
    replayed: bool


Fact = str | int | float | bool | None


def log(event: str, **facts: Unpack[Facts]) -> None:
    """Writes one line: what happened (a snake_case word) and its facts."""
    _logger().info(_word(event), extra=_clean(facts))


def log_crash(error: BaseException, **facts: Unpack[Facts]) -> None:
    """Writes an unexpected exception: its type and where it came from.

    Its message is left out: libraries quote their input there.
    """
    frames = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    ]
    extra = {**_clean(facts), "error_type": type(error).__name__, "frames": frames}
    _logger().error("unexpected_error", extra=extra)


def measure(
    values: Mapping[Metric, float],
    dimensions: Mapping[Dimension, str] | None = None,
    **facts: Unpack[Facts],
) -> None:
    """Writes one EMF line: metrics under shared dimensions, with the facts as metadata.

    A dimension's values must be few: every combination is a metric of its own in CloudWatch.
    """
    line = EphemeralMetrics(namespace=NAMESPACE)
    for dimension, value in (dimensions or {}).items():
        line.add_dimension(dimension.value, _word(value))
    for metric, amount in values.items():
        line.add_metric(metric.value, metric.unit, amount)
    for name, fact in _clean(facts).items():
        line.add_metadata(name, fact)
    line.flush_metrics()


class _StandardError:
    """Standard error as it is at the time of writing, not as it was at import."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@cache
def _logger() -> Logger:
    stream: IO[str] = _StandardError()  # type: ignore[assignment]
    return Logger(stream=stream, use_rfc3339=True, utc=True, location=None)


def _clean(facts: Mapping[str, Any]) -> dict[str, Fact]:
    return {
        name: _fact(value) if name in Facts.__annotations__ else _REDACTED
        for name, value in facts.items()
        if value is not None
    }


def _fact(value: object) -> Fact:
    return value if isinstance(value, bool | int | float) else _word(value)


def _word(value: object) -> str:
    return str(value) if _WORD.fullmatch(str(value)) else _REDACTED
