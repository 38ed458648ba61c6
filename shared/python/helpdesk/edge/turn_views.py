"""Turns and their parts as the API shows them."""

from typing import Any

from helpdesk.conversations import Citation, Timing, TurnAction, TurnUsage


def citation_view(citation: Citation) -> dict[str, Any]:
    """A source that was retrieved or cited."""
    return {
        "id": citation.id,
        "document_id": citation.document_id,
        "title": citation.title,
        "url": citation.url,
        "heading": citation.heading,
        "page": citation.page,
        "snippet": citation.snippet,
    }


def usage_view(usage: TurnUsage) -> dict[str, Any]:
    """What a turn used and what it cost."""
    return {
        "model": usage.model,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost.as_json(),
        "cache": usage.cache,
        "estimated": usage.estimated,
    }


def timing_view(timing: Timing) -> dict[str, int | None]:
    """How long the customer waited."""
    return {"first_token_ms": timing.first_token_ms, "total_ms": timing.total_ms}


def action_view(action: TurnAction) -> dict[str, Any]:
    """An action as a turn tells of it; ``result`` where there is one."""
    view: dict[str, Any] = {
        "action_id": action.id,
        "tool": action.tool,
        "status": action.status.value,
        "summary": action.summary,
    }
    return view if action.result is None else {**view, "result": action.result}
