"""What the Lambda Web Adapter is told: run.sh is the runtime, and its responses are streamed."""

WEB_ADAPTER_SETTINGS = {
    "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
    "AWS_LWA_INVOKE_MODE": "response_stream",
    "AWS_LWA_PORT": "8080",
    "AWS_LWA_READINESS_CHECK_PATH": "/v1/health",
}
