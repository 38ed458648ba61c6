"""The approvals function: one task of the process that an action goes through until a colleague has
decided."""

from typing import Any

from helpdesk import telemetry, wiring
from helpdesk.events import ApprovalProcess


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """The process after its task."""
    process = ApprovalProcess.model_validate(event)
    try:
        moved = wiring.approvals().take(process)
    except Exception as error:
        telemetry.log_crash(error, tenant=process.tenant, action=process.action)
        raise
    telemetry.log(
        "approval_task_taken",
        tenant=process.tenant,
        action=process.action,
        task=process.next,
        next_task=moved.next,
    )
    return moved.model_dump(mode="json")
