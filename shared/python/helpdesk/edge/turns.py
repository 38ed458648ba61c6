"""Turns as models: one question and its answer, with sources, usage and timing."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.actions import ActionStatus
from helpdesk.conversations import CacheUse, Feedback, FinishReason, Rating, Turn, TurnStatus
from helpdesk.edge.answers import Answer, Moment, MoneyOut
from helpdesk.edge.turn_views import action_view, citation_view, timing_view, usage_view


class CitationOut(Answer):
    """A source of an answer; ``[n]`` in the text is its place, from 1."""

    id: str
    document_id: str
    title: str
    url: str | None
    heading: str | None
    page: int | None
    snippet: str


class TurnUsageOut(Answer):
    """What a turn used; ``estimated`` where the model did not say."""

    model: str
    input_tokens: int
    output_tokens: int
    cost: MoneyOut
    cache: CacheUse
    estimated: bool


class TimingOut(Answer):
    """How long the customer waited."""

    first_token_ms: int | None
    total_ms: int


class TurnActionOut(Answer):
    """An action of a turn, or what was looked up in it, as it stands."""

    action_id: str
    tool: str
    status: ActionStatus
    summary: str
    result: Mapping[str, Any] | None = None


class FeedbackOut(Answer):
    """What the customer thought of an answer."""

    rating: Rating
    comment: str | None

    @classmethod
    def of(cls, feedback: Feedback) -> "FeedbackOut":
        """Feedback at the border."""
        return cls(rating=feedback.rating, comment=feedback.comment)


class TurnOut(Answer):
    """One question and its answer."""

    id: str
    status: TurnStatus
    message: str
    answer: str
    citations: Sequence[CitationOut]
    actions: Sequence[TurnActionOut]
    finish_reason: FinishReason | None
    usage: TurnUsageOut | None
    timing: TimingOut | None
    feedback: FeedbackOut | None
    error_code: str | None
    created_at: Moment

    @classmethod
    def of(cls, turn: Turn) -> "TurnOut":
        """A turn at the border."""
        return cls(
            id=turn.id,
            status=turn.status,
            message=turn.question,
            answer=turn.answer,
            citations=[CitationOut(**citation_view(each)) for each in turn.citations],
            actions=[TurnActionOut(**action_view(each)) for each in turn.latest_actions],
            finish_reason=turn.finish_reason,
            usage=TurnUsageOut(**usage_view(turn.usage)) if turn.usage else None,
            timing=TimingOut.model_validate(timing_view(turn.timing)) if turn.timing else None,
            feedback=FeedbackOut.of(turn.feedback) if turn.feedback else None,
            error_code=turn.error_code,
            created_at=turn.started_at,
        )
