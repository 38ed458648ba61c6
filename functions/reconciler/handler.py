"""The reconciler function: work that was written with an action's claim is queued as it appears in
the table's stream, and each minute whatever is due."""

from typing import Any

from helpdesk import telemetry, wiring
from helpdesk.errors import Unavailable
from helpdesk.metric_names import Metric


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Queues all of a batch of the stream, or asks for it again; the schedule's event has none."""
    if "Records" not in event:
        queued = wiring.reconciling().sweep()
        telemetry.log("due_actions_queued", count=queued)
        telemetry.measure({Metric.DUE_ACTIONS: queued})
        return {}
    works = wiring.action_works_of()(event["Records"])
    try:
        count = wiring.reconciling().queue(works)
    except Unavailable as error:
        telemetry.log("work_unqueued", code=error.code, count=len(works))
        first = event["Records"][0]["dynamodb"]["SequenceNumber"]
        return {"batchItemFailures": [{"itemIdentifier": first}]}
    telemetry.log("work_queued", count=count)
    return {"batchItemFailures": []}
