"""The files of an export on this machine's disk, as they lie in the archive, each checked."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.client import Client, Json, Problem

_ENDINGS = {"csv": "csv.gz", "parquet": "parquet", "focus": "parquet"}

Follow = Callable[[int], None]
"""Told how many bytes have come."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to fetch; without a digest it is what the digests stand in, the manifest."""

    url: str
    path: Path
    sha256: str | None = None


def downloads_of(export: Json, folder: Path) -> Iterator[Download]:
    """The files of an export below a folder: ``csv/billing_period=2026-11/part-00000.csv.gz``."""
    parts: Counter[str] = Counter()
    for file in export["files"]:
        name = f"part-{parts[file['format']]:05}.{_ENDINGS[file['format']]}"
        parts[file["format"]] += 1
        place = folder / file["format"] / f"billing_period={export['period']}" / name
        yield Download(file["url"], place, file["sha256"])
    yield Download(export["manifest_url"], folder / "manifests" / f"{export['period']}.json")


def fetch(client: Client, download: Download, follow: Follow) -> None:
    """Fetches a file. It has its name only when it is whole. Raises Problem for another content."""
    download.path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = download.path.with_name(f"{download.path.name}.part")
    digest = hashlib.sha256()
    with unfinished.open("wb") as file:
        for piece in client.download(download.url):
            digest.update(piece)
            file.write(piece)
            follow(len(piece))
    if download.sha256 not in (None, digest.hexdigest()):
        unfinished.unlink()
        raise Problem(502, {"detail": f"{download.path.name} is not what was exported. Try again."})
    unfinished.replace(download.path)
