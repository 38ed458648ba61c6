"""Files and folders to ready documents: create, send the bytes, follow until each is read."""

import mimetypes
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cli.client import Client, Json, Problem, Unreachable

_CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_SENDERS = 4
_POLL_SECONDS = 0.3
# More than any step takes. What failed is tried again after 12 minutes at most: told before that.
_PATIENCE_SECONDS = 300.0
_SETTLED = ("ready", "failed")

Follow = Callable[[float], None]
"""Told how much of all the work is done, from 0 to 1."""


class Stalled(Exception):
    """Documents wait that nobody seems to read."""

    def __init__(self, waiting: Iterable[Json]) -> None:
        statuses = Counter(document["status"] for document in waiting)
        counted = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
        super().__init__(
            f"No document has moved for {_PATIENCE_SECONDS / 60:.0f} minutes: {counted}."
        )


@dataclass(frozen=True, slots=True)
class File:
    """A file to upload; its path below the folder that was named is its external id."""

    path: Path
    external_id: str

    @property
    def content_type(self) -> str:
        """By the ending of the name; the service says what it does not read."""
        suffix = self.path.suffix.lower()
        guessed = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        return _CONTENT_TYPES.get(suffix, guessed)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a file: the document, or why there is none."""

    file: File
    document: Json | None
    problem: str | None

    @property
    def failed(self) -> str | None:
        """Why it is not ready, if it is not."""
        if self.document is None:
            return self.problem
        error = self.document["error"]
        return f"{error['code']}: {error['message']}" if error else None


def files_in(paths: Iterable[Path]) -> tuple[list[File], list[Path]]:
    """The files that are named, those in named folders that we read, and those that we skip."""
    taken: list[File] = []
    skipped: list[Path] = []
    for path in paths:
        if not path.is_dir():
            taken.append(File(path, path.name))
            continue
        for inner in sorted(p for p in path.rglob("*") if p.is_file()):
            if inner.suffix.lower() in _CONTENT_TYPES:
                taken.append(File(inner, inner.relative_to(path).as_posix()))
            else:
                skipped.append(inner)
    return taken, skipped


def upload(client: Client, files: Sequence[File], follow: Follow) -> list[Uploaded]:
    """Uploads files side by side and waits until each is ready or failed. Raises Stalled."""
    with ThreadPoolExecutor(_SENDERS) as senders:
        sent: list[Uploaded] = []
        for one in senders.map(lambda file: _send(client, file), files):
            sent.append(one)
            follow(0.2 * len(sent) / len(files))
    waiting = {one.document["id"] for one in sent if one.document}
    latest = {one.document["id"]: one.document for one in sent if one.document}
    for document in _settle(client, waiting):
        latest[document["id"]] = document
        follow(0.2 + 0.8 * _share_done(latest.values(), of=len(files)))
    return [
        Uploaded(one.file, latest[one.document["id"]] if one.document else None, one.problem)
        for one in sent
    ]


def _send(client: Client, file: File) -> Uploaded:
    try:
        content = file.path.read_bytes()
        created = client.post(
            "/v1/documents",
            {
                "filename": file.path.name,
                "content_type": file.content_type,
                "size_bytes": len(content),
                "external_id": file.external_id,
            },
        )
        client.send(created["upload"], content)
    except Problem as problem:
        if problem.denied:
            raise
        return Uploaded(file, None, str(problem))
    except (Unreachable, OSError) as error:
        return Uploaded(file, None, str(error))
    return Uploaded(file, created["document"], None)


def _settle(client: Client, waiting: set[str]) -> Iterator[Json]:
    """Each news of the waited-for documents, until all are settled. Raises Stalled."""
    seen: dict[str, Json] = {}
    moved_at = time.monotonic()
    while waiting:
        found = {each["id"]: each for each in _find(client, waiting)}
        if found != seen:
            seen, moved_at = found, time.monotonic()
        yield from found.values()
        # Whatever was not found was deleted by somebody else.
        waiting = {id_ for id_, each in found.items() if each["status"] not in _SETTLED}
        if waiting and time.monotonic() - moved_at > _PATIENCE_SECONDS:
            raise Stalled(found[id_] for id_ in waiting)
        if waiting:
            time.sleep(_POLL_SECONDS)


def _find(client: Client, wanted: Set[str]) -> Iterator[Json]:
    """Those of the documents that are there; the list is read no further than it must be."""
    unseen = set(wanted)
    for document in client.items("/v1/documents"):
        if document["id"] in unseen:
            unseen.discard(document["id"])
            yield document
        if not unseen:
            return


def _share_done(documents: Iterable[Json], of: int) -> float:
    done = (1.0 if d["status"] in _SETTLED else float(d["progress"]) for d in documents)
    return min(1.0, sum(done) / of)
