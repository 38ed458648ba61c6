"""Where things are on this machine, and which models to use: the only reader of the environment."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

HELP_CENTRE = ROOT / "local" / "help_centre"
"""The sample shop's articles."""

HOST = "127.0.0.1"
GATEWAY_URL = "HELPDESK_GATEWAY_URL"

_DEFAULT_PORT = 8080
_PORTS_USED = 4
_EXTRACTIVE = "helpdesk-extractive-1"
_MINILM, _MINILM_DIMENSIONS = "all-MiniLM-L6-v2", 384
_OPENAI = "https://api.openai.com/v1"


class StageError(Exception):
    """The stage can't do what it was asked: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """One stage on this machine: its first port, and the folder that holds all of its state."""

    port: int
    folder: Path

    @property
    def base_url(self) -> str:
        """Where the product is."""
        return f"http://{HOST}:{self.port}"

    @property
    def emulator_port(self) -> int:
        """The AWS emulator's port."""
        return self.port + 1

    @property
    def model_server_port(self) -> int:
        """The local model server's port."""
        return self.port + 2

    @property
    def shop_port(self) -> int:
        """The sample shop's port."""
        return self.port + 3

    @property
    def shop_url(self) -> str:
        """Where the sample shop is."""
        return f"http://{HOST}:{self.shop_port}"

    @property
    def shop(self) -> Path:
        """The sample shop's orders and refunds."""
        return self.folder / "shop.sqlite"

    @property
    def index(self) -> Path:
        """The embedded index: one file per tenant."""
        return self.folder / "index"

    @property
    def emulator(self) -> Path:
        """The emulator's folder: its log and its saved state."""
        return self.folder / "emulator"

    @property
    def logs(self) -> Path:
        """One log per process, and the last deployment's."""
        return self.folder / "logs"


@dataclass(frozen=True, slots=True)
class Models:
    """The endpoints that answer and embed, and their keys."""

    url: str
    name: str
    key: str
    embedding_url: str
    embedding_name: str
    embedding_dimensions: int
    embedding_key: str
    needs_model_server: bool

    def fingerprint(self, here: Place) -> str:
        """Changes with the models, their keys and the port; tells none of them."""
        return hashlib.sha256(repr((here.port, self)).encode()).hexdigest()


def place(environ: Mapping[str, str] = os.environ) -> Place:
    """This checkout's stage, at ``HELPDESK_PORT``. Raises StageError."""
    given = environ.get("HELPDESK_PORT") or str(_DEFAULT_PORT)
    if not given.isdecimal() or not 1 <= int(given) <= 65536 - _PORTS_USED:
        raise StageError(f"HELPDESK_PORT is {given!r}: set it to a port number below 65533.")
    return Place(int(given), ROOT / ".helpdesk")


def models(here: Place, environ: Mapping[str, str] = os.environ) -> Models:
    """The models that the environment names; the local model server where it names none.

    Raises StageError.
    """
    own = f"http://{HOST}:{here.model_server_port}/v1"
    key = environ.get("OPENAI_API_KEY", "")
    external = bool(key or environ.get("OPENAI_BASE_URL") or environ.get("HELPDESK_MODEL"))
    embedding_url = environ.get("HELPDESK_EMBEDDING_BASE_URL")
    embedding_name = environ.get("HELPDESK_EMBEDDING_MODEL")
    if external and not environ.get("HELPDESK_MODEL"):
        raise StageError("OPENAI_BASE_URL or OPENAI_API_KEY is set: name HELPDESK_MODEL too.")
    if embedding_url and not (embedding_name and environ.get("HELPDESK_EMBEDDING_DIMENSIONS")):
        raise StageError(
            "HELPDESK_EMBEDDING_BASE_URL is set: "
            "set HELPDESK_EMBEDDING_MODEL and HELPDESK_EMBEDDING_DIMENSIONS too."
        )
    return Models(
        url=(environ.get("OPENAI_BASE_URL") or _OPENAI) if external else own,
        name=environ["HELPDESK_MODEL"] if external else _EXTRACTIVE,
        key=key or "none",
        embedding_url=embedding_url or own,
        embedding_name=(embedding_name or _MINILM) if embedding_url else _MINILM,
        embedding_dimensions=_dimensions(environ) if embedding_url else _MINILM_DIMENSIONS,
        embedding_key=environ.get("HELPDESK_EMBEDDING_API_KEY") or "none",
        needs_model_server=not (external and embedding_url),
    )


def gateway_url(environ: Mapping[str, str] = os.environ) -> str:
    """Where the front finds the API on the emulator; ``up`` tells it."""
    return environ[GATEWAY_URL]


def clean_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a child process needs of the environment, and no secret of the shell's."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR")
    # A bundled asset of the CDK app is made by uv or pip, which may need these.
    installers = ("UV_", "PIP_")
    return {
        name: value
        for name, value in environ.items()
        if name in kept or name.startswith(installers)
    }


def _dimensions(environ: Mapping[str, str]) -> int:
    given = environ["HELPDESK_EMBEDDING_DIMENSIONS"]
    if not given.isdecimal() or int(given) < 1:
        raise StageError(f"HELPDESK_EMBEDDING_DIMENSIONS is {given!r}: set it to a number.")
    return int(given)
