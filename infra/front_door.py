"""The public HTTP API: which function answers which route, and who may pass."""

from aws_cdk import Duration
from aws_cdk.aws_apigateway import (
    AccessLogFormat,
    AuthorizationType,
    Cors,
    CorsOptions,
    EndpointType,
    IAuthorizer,
    IResource,
    LambdaIntegration,
    LogGroupLogDestination,
    MethodLoggingLevel,
    ResponseTransferMode,
    RestApi,
    StageOptions,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from infra.gateway_problems import add_problems
from infra.parts.acknowledged import acknowledge
from infra.parts.log import Log
from infra.parts.monitoring import Monitoring
from infra.stages import Stage

STAGE_NAME = "live"

_CHAT_ROUTES = {
    "chat": "POST",
    "chat/completions": "POST",
    "conversations/{conversation_id}/turns/{turn_id}/events": "GET",
}
_OPEN_ROUTES = {"health": "GET", "openapi.json": "GET", "tenants": "POST"}
"""No authorizer: what needs no key, and sign-up, where the function decides."""

_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-Id"]


class FrontDoor(Construct):
    """A regional REST API: streamed chat, and one proxy for everything else."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        monitoring: Monitoring,
        *,
        chat: IFunction,
        chat_timeout: Duration,
        api: IFunction,
        authorizer: IAuthorizer,
    ) -> None:
        super().__init__(scope, name)
        self.rest_api = RestApi(
            self,
            "Api",
            endpoint_types=[EndpointType.REGIONAL],
            cloud_watch_role=stage.access_logs,
            deploy_options=self._deployment(stage),
            # Keys travel in a header, never in a cookie, so any site may ask; what a site may do
            # with a tenant's publishable key is decided by that tenant's allowed origins.
            default_cors_preflight_options=CorsOptions(
                allow_origins=Cors.ALL_ORIGINS, allow_headers=_HEADERS, max_age=Duration.hours(1)
            ),
        )
        add_problems(self.rest_api)
        version = self.rest_api.root.add_resource("v1")
        streamed = _integration(chat, chat_timeout if stage.streamed_responses else None)
        plain = _integration(api)
        for path, method in _CHAT_ROUTES.items():
            _resource(version, path).add_method(method, streamed, authorizer=authorizer)
        for path, method in _OPEN_ROUTES.items():
            resource = _resource(version, path)
            resource.add_method(method, plain, authorization_type=AuthorizationType.NONE)
        version.add_resource("{proxy+}").add_method("ANY", plain, authorizer=authorizer)
        self._acknowledge()
        self._watch(monitoring)

    def _deployment(self, stage: Stage) -> StageOptions:
        limits = stage.throughput
        log = Log(self, "AccessLog", stage) if stage.access_logs else None
        return StageOptions(
            stage_name=STAGE_NAME,
            throttling_rate_limit=limits.requests_per_second,
            throttling_burst_limit=limits.request_burst,
            logging_level=MethodLoggingLevel.ERROR if log else None,
            access_log_destination=LogGroupLogDestination(log) if log else None,
            access_log_format=_access_log_format() if log else None,
        )

    def _acknowledge(self) -> None:
        keys = "Callers are tenants with keys of ours, not people of a user pool."
        open_routes = "Health and the API's description need no key; sign-up decides for itself."
        validated = "The functions validate requests, and say which field was wrong."
        limits = "Limits are kept per tenant by the product and per stage by API Gateway."
        logs = "API Gateway writes its logs by AWS's own policy; there is no narrower one."
        writer = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        acknowledge(self, "COG4", keys)
        acknowledge(self, "APIG4", open_routes)
        acknowledge(self, "APIG2", validated)
        acknowledge(self, "APIG3", limits)
        acknowledge(self, f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{writer}]", logs)

    def _watch(self, monitoring: Monitoring) -> None:
        monitoring.alarm(
            self,
            "ServerErrors",
            self.rest_api.metric_server_error(statistic="avg", period=Duration.minutes(5)),
            above=0.01,
            why="More than 1 % of requests fail on our side.",
            periods=3,
            tolerated=1,
        )


def _integration(function: IFunction, stream_for: Duration | None = None) -> LambdaIntegration:
    if stream_for is None:
        return LambdaIntegration(function, allow_test_invoke=False)
    return LambdaIntegration(
        function,
        allow_test_invoke=False,
        response_transfer_mode=ResponseTransferMode.STREAM,
        timeout=stream_for,
    )


def _resource(root: IResource, path: str) -> IResource:
    resource = root
    for part in path.split("/"):
        resource = resource.get_resource(part) or resource.add_resource(part)
    return resource


def _access_log_format() -> AccessLogFormat:
    """Ids and numbers, no address and no header: nothing personal."""
    return AccessLogFormat.custom(
        '{"request":"$context.requestId","tenant":"$context.authorizer.tenant",'
        '"method":"$context.httpMethod","route":"$context.resourcePath",'
        '"status":"$context.status","duration_ms":"$context.responseLatency",'
        '"integration_ms":"$context.integrationLatency","time":"$context.requestTimeEpoch"}'
    )
