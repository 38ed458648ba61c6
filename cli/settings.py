"""Where the service is and with which key: environment, config file, or this machine's stage.

The only file of the CLI that reads the environment.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path

from local.stage import Status, status

Role = Literal["tenant", "operator", "finance"]
"""Whose key a command needs."""

CONFIG_FILE_VARIABLE = "HELPDESK_CONFIG"


@dataclass(frozen=True, slots=True)
class Connection:
    """A base URL and a key. ``key`` is None where nothing names one."""

    url: str
    key: str | None


def config_file() -> Path:
    """The config file: ``url = "…"`` and ``api_key = "…"``, TOML."""
    named = os.environ.get(CONFIG_FILE_VARIABLE)
    return Path(named) if named else user_config_path("helpdesk") / "config.toml"


def connection(role: Role = "tenant") -> Connection:
    """Each value from the first place that has it; this machine's stage has a key of each role."""
    written = _config()
    url = os.environ.get("HELPDESK_URL") or written.get("url")
    key = os.environ.get("HELPDESK_API_KEY") or written.get("api_key")
    if url:
        return Connection(url.rstrip("/"), key)
    here = status()
    return Connection(here.base_url, key or _key(here, role))


def _key(here: Status, role: Role) -> str | None:
    if role == "operator":
        return here.operator_key
    if role == "finance":
        return here.finance_key
    return here.tenant.secret if here.tenant else None


def _config() -> dict[str, str]:
    path = config_file()
    return tomllib.loads(path.read_text()) if path.is_file() else {}
