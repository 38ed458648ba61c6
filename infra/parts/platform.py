"""What every capability is built on."""

from dataclasses import dataclass

from infra.parts.layers import Layers
from infra.parts.monitoring import Monitoring
from infra.stages import Stage


@dataclass(frozen=True, slots=True)
class Platform:
    """The stage's values, the layers that functions import, and who is told of trouble."""

    stage: Stage
    layers: Layers
    monitoring: Monitoring
