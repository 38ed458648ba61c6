"""``python -m local.shop --port 8083 --database shop.sqlite``: serves on 127.0.0.1."""

import argparse
from pathlib import Path

import uvicorn

from local.settings import HOST
from local.shop.app import create_app
from local.shop.connections import ClosableProtocol
from local.shop.database import Database


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.shop", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True, help="the SQLite file")
    parser.add_argument("--signing-secret", help="without it signatures are not checked")
    arguments = parser.parse_args()
    uvicorn.run(
        create_app(Database(arguments.database), arguments.signing_secret),
        http=ClosableProtocol,
        host=HOST,
        port=arguments.port,
        log_level="warning",
        # A fault may be holding answers back when the shop is stopped.
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
