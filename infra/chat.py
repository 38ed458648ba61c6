"""Answers: an ASGI app behind Lambda Web Adapter, streamed."""

from aws_cdk import Aws, Duration
from aws_cdk.aws_lambda import ILayerVersion, LayerVersion
from constructs import Construct

from infra.actions import Actions
from infra.models import Models
from infra.parts.function import Function
from infra.parts.metrics import FIRST_TOKEN, TURN_DURATION, turns
from infra.parts.monitoring import Monitoring
from infra.parts.platform import Platform
from infra.retrieval import PassageIndex
from infra.secrets import Secrets
from infra.tables import Tables
from infra.web_adapter import WEB_ADAPTER_SETTINGS

# The product breaks off an answer itself after 100 seconds, and then has to log it.
TIMEOUT = Duration.seconds(150)

# Published by the adapter's authors in every region under one account and number.
_WEB_ADAPTER = f"arn:aws:lambda:{Aws.REGION}:753240598075:layer:LambdaAdapterLayerArm64:30"


class Chat(Construct):
    """A question in, a cited answer out, word by word; the turn is logged and metered."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        index: PassageIndex,
        models: Models,
        secrets: Secrets,
        actions: Actions,
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        self.function = Function(
            self,
            "chat",
            platform,
            handler="run.sh",
            timeout=TIMEOUT,
            memory_mb=1769,  # one whole processor: an answer waits for imports on a cold start
            layers=[self._web_adapter()] if stage.web_adapter else [],
            environment={
                "PRIVATE_ENDPOINTS": str(stage.private_endpoints).lower(),
                **(WEB_ADAPTER_SETTINGS if stage.web_adapter else {}),
            },
            reserved_concurrency=stage.throughput.chat_reserved_concurrency,
        )
        tables.knowledge.read_by(self.function)
        tables.conversations.written_by(self.function)
        tables.metered_by(self.function)
        tables.actions.written_by(self.function)
        actions.queued_by(self.function)
        index.searched_by(self.function)
        models.answer_for(self.function)
        models.embed_for(self.function)
        secrets.platform_keys_read_by(self.function)
        secrets.signing_read_by(self.function)

        self._watch(platform.monitoring)

    def _watch(self, monitoring: Monitoring) -> None:
        """The promises: an answer begins within 3 s and ends within 20 s, 95 times in 100."""
        promises = {"SlowFirstToken": (FIRST_TOKEN, 3), "SlowAnswer": (TURN_DURATION, 20)}
        for name, (metric, seconds) in promises.items():
            monitoring.alarm(
                self,
                name,
                turns(metric, "p95"),
                above=seconds,
                why=f"Of the answers of 5 minutes, 1 in 20 exceeds {seconds} s ({metric}).",
                periods=3,
                tolerated=1,
            )
        monitoring.alarm(
            self,
            "BrokenOff",
            turns(TURN_DURATION, "SampleCount", finish_reason="error"),
            above=5,
            why="Turns end in an error: the model or the index fails.",
        )

    def _web_adapter(self) -> ILayerVersion:
        return LayerVersion.from_layer_version_arn(self, "WebAdapter", _WEB_ADAPTER)
