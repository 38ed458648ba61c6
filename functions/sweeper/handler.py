"""The sweeper function: settles the turns that nobody will settle any more."""

from helpdesk import telemetry, wiring
from helpdesk.metric_names import Metric


def handler(_: object, __: object) -> None:
    """Sweeps once."""
    swept = wiring.sweeping().sweep()
    telemetry.log("orphans_settled", count=swept.settled, failed=swept.stuck)
    telemetry.measure({Metric.ORPHAN_TURNS: swept.settled + swept.stuck})
