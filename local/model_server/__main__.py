"""``python -m local.model_server --port 8082 --cache .helpdesk/models``: serves on 127.0.0.1."""

import argparse
import sys
from pathlib import Path

import uvicorn

from local.model_server.app import create_app
from local.model_server.embedder import Embedder
from local.model_server.weights import WeightsError


def main() -> int:
    """Runs the server until it is told to stop; 1 when it can't start."""
    parser = argparse.ArgumentParser(prog="python -m local.model_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder of the built graph")
    arguments = parser.parse_args()
    try:
        embedder = Embedder.load(arguments.cache)
    except WeightsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    uvicorn.run(create_app(embedder), host="127.0.0.1", port=arguments.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
