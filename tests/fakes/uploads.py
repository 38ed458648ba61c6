"""Uploaded bytes in memory."""

from collections.abc import Collection
from datetime import datetime

from helpdesk.documents import Document, Upload, object_key
from helpdesk.errors import NotFound
from helpdesk.ids import DocumentId, TenantId


class MemoryUploads:
    """Bytes in a dict by their object keys. ``send`` is what the tenant does with a ticket."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def ticket(self, document: Document, expires_at: datetime) -> Upload:
        """How the tenant sends the bytes of this version."""
        key = object_key(document.tenant, document.id, document.version)
        headers = {"Content-Type": document.content_type, "If-None-Match": "*"}
        return Upload("PUT", f"memory:{key}", headers, expires_at)

    def send(self, upload: Upload, content: bytes) -> None:
        """Sends bytes as a ticket says: the first ones stay."""
        self._objects.setdefault(upload.url.removeprefix("memory:"), content)

    def size_bytes(self, tenant: TenantId, document: DocumentId, version: int) -> int:
        """How many bytes were sent. Raises NotFound."""
        return len(self.read(tenant, document, version))

    def read(self, tenant: TenantId, document: DocumentId, version: int) -> bytes:
        """The bytes that were sent. Raises NotFound."""
        try:
            return self._objects[object_key(tenant, document, version)]
        except KeyError:
            raise NotFound("The bytes of this document are not there.") from None

    def delete(self, tenant: TenantId, document: DocumentId, versions: Collection[int]) -> None:
        """Deletes the bytes of these versions."""
        for version in versions:
            self._objects.pop(object_key(tenant, document, version), None)
