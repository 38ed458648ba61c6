"""Reads an OpenAPI document, JSON or YAML, from a file or a URL."""

import json
from pathlib import Path

import httpx2
import yaml

from cli.openapi_schemas import Json
from cli.openapi_tools import DocumentRefused

_TIMEOUT_SECONDS = 30.0


def is_url(source: str) -> bool:
    """Whether a source is to be fetched."""
    return source.startswith(("http://", "https://"))


def read_document(source: str) -> Json:
    """The document at a path or URL. Raises DocumentRefused."""
    text = _fetched(source) if is_url(source) else _read(Path(source))
    try:
        document = json.loads(text)
    except ValueError:
        document = _from_yaml(text, source)
    if not isinstance(document, dict):
        raise DocumentRefused(f"{source} is no OpenAPI document.")
    return document


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused(f"{path} can't be read: {error}.") from error


def _fetched(url: str) -> str:
    try:
        answer = httpx2.get(url, follow_redirects=True, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except httpx2.HTTPError as error:
        raise DocumentRefused(f"{url} can't be fetched: {error}.") from error
    return answer.text


def _from_yaml(text: str, source: str) -> object:
    try:
        # YAML has dates, and numbers as keys; JSON has neither.
        return json.loads(json.dumps(yaml.safe_load(text), default=str))
    except yaml.YAMLError as error:
        raise DocumentRefused(f"{source} is neither JSON nor YAML.") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentRefused(f"{source} holds what JSON can't say.") from error
