"""What is logged and measured of each turn: ids and numbers, never a word of what was said."""

from helpdesk.conversations import Turn
from helpdesk.metric_names import Dimension, Metric
from helpdesk.telemetry import log, log_crash, measure
from helpdesk.turn_in_progress import Measurements


class TurnTelemetry:
    """A TurnObserver that writes log lines and EMF metrics."""

    def settled(self, turn: Turn, measurements: Measurements) -> None:
        """One line and the metrics of a settled turn. Raises ValueError for an unsettled one."""
        usage, timing, reason = turn.usage, turn.timing, turn.finish_reason
        if usage is None or timing is None or reason is None:
            raise ValueError(f"{turn.id} is not settled")
        log(
            "turn_finished",
            tenant=turn.tenant,
            conversation=turn.conversation,
            turn=turn.id,
            finish_reason=reason,
            code=turn.error_code or "none",
            model=usage.model,
            passages=len(turn.sources),
            retrieval_ms=round(1000 * (measurements.retrieval or 0)),
            first_token_ms=timing.first_token_ms,
            duration_ms=timing.total_ms,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_micros=usage.cost.micros,
            cache=usage.cache,
            estimated=usage.estimated,
        )
        measure(
            _present(
                {
                    Metric.TURN_FIRST_TOKEN: _seconds(timing.first_token_ms),
                    Metric.TURN_DURATION: _seconds(timing.total_ms),
                    Metric.TURN_COST: usage.cost.micros,
                    Metric.RETRIEVAL_DURATION: measurements.retrieval,
                    Metric.CACHE_USE: 0 if usage.cache == "none" else 1,
                }
            ),
            {Dimension.FINISH_REASON: reason},
        )
        if measurements.model_first_chunk is not None:
            self._model(usage.model, usage.input_tokens, usage.output_tokens, measurements)

    def crashed(self, turn: Turn, error: Exception) -> None:
        """A fault of ours, with the ids of the turn that it broke off."""
        log_crash(error, tenant=turn.tenant, conversation=turn.conversation, turn=turn.id)

    def _model(self, model: str, input_tokens: int, output_tokens: int, took: Measurements) -> None:
        chat = {Dimension.OPERATION: "chat", Dimension.MODEL: model}
        measure(
            _present(
                {
                    Metric.TIME_TO_FIRST_CHUNK: took.model_first_chunk,
                    Metric.OPERATION_DURATION: took.model,
                }
            ),
            chat,
        )
        measure({Metric.TOKEN_USAGE: input_tokens}, {**chat, Dimension.TOKEN_TYPE: "input"})
        measure({Metric.TOKEN_USAGE: output_tokens}, {**chat, Dimension.TOKEN_TYPE: "output"})


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _present(values: dict[Metric, float | None]) -> dict[Metric, float]:
    return {metric: value for metric, value in values.items() if value is not None}
