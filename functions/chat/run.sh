#!/bin/sh
# Started by the Lambda Web Adapter, which forwards each request to this port and streams back.
export PYTHONPATH="/opt/python:${LAMBDA_RUNTIME_DIR}:${PYTHONPATH}"
exec python -m uvicorn app:app --host 127.0.0.1 --port "${AWS_LWA_PORT:-8080}" \
  --no-access-log --no-server-header --log-level warning --timeout-keep-alive 120
