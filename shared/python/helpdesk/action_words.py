"""What a customer is told about an action: our own words, so that they are true."""

from helpdesk.actions import Action, ActionStatus

ONE_MOMENT = "One moment, please."

_SAYING = {
    ActionStatus.RUNNING: "This is in progress: {what}. It will be done once, or not at all.",
    ActionStatus.SUCCEEDED: "Done: {what}.",
    ActionStatus.FAILED: "That was not possible, and nothing was changed: {what}. {why}",
    ActionStatus.REJECTED: "All right, nothing was done: {what}. {why}",
    ActionStatus.UNKNOWN: (
        "I can't tell yet whether this went through: {what}. {why} "
        "Please don't ask for it again meanwhile."
    ),
}
_UNDONE = "That was not possible, and nothing is left changed: {what}. {why}"
"""A process of several steps: some may have been taken, and were undone."""


def asking(action: Action) -> str:
    """Asks for a yes to the very arguments that will be used, or says who is asked."""
    if action.over_limit:
        return (
            f"{action.summary}. This is over the limit of {action.over_limit}; "
            "a colleague will decide. Nothing is done yet."
        )
    if action.asked_of == "agent":
        return f"A colleague has to approve this first: {action.summary}. Nothing is done yet."
    return f"I can do this for you: {action.summary}. Shall I go ahead? Please answer yes or no."


def telling(action: Action) -> str:
    """How an action stands."""
    if action.status in (ActionStatus.PROPOSED, ActionStatus.AWAITING_CONFIRMATION):
        return asking(action)
    saying = _SAYING[action.status]
    if action.status is ActionStatus.FAILED and action.tool.steps:
        saying = _UNDONE
    return saying.format(what=action.summary, why=_why(action)).strip()


def refusing(reason: str) -> str:
    """Says why something can't be done."""
    return f"I can't do that. {reason}"


def _why(action: Action) -> str:
    if action.status is ActionStatus.UNKNOWN:
        return "A colleague will check." if action.human_asked else "I keep asking."
    failure = action.failure
    if failure is None or failure.code in ("rejected_by_customer", "rejected_by_agent"):
        return ""
    if failure.code == "rejected_by_expiry":
        return "It was not confirmed in time."
    return f"The reason given: {failure.message}"
