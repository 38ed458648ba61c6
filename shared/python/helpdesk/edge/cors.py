"""Pages of any site may read our answers: keys travel in a header, never in a cookie."""

from helpdesk.edge.problems import REQUEST_ID_HEADER

_READABLE = (REQUEST_ID_HEADER, "Retry-After", "Idempotency-Replayed")

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(_READABLE),
}
"""What every answer carries; the preflight is API Gateway's."""
