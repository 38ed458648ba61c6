"""What an upload really is, told from its first bytes; what it was said to be is only a claim."""

from helpdesk.errors import DocumentUnreadable

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF_16_AND_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LOOKED_AT = 1024

_NAMES = {
    "html": "HTML",
    "markdown": "Markdown",
    "text": "plain text",
    "pdf": "PDF",
    "docx": "DOCX",
}


def check_kind(content: bytes, said: str) -> None:
    """Compares a file with the format that it is said to have (a value of CONTENT_TYPES).

    Raises DocumentUnreadable: ``empty_document``, ``encrypted_document`` for a locked Office file,
    ``unsupported_format`` for content of another kind.
    """
    if not content.strip():
        raise DocumentUnreadable("empty_document", "The file is empty.")
    if said == "docx" and content.startswith(_OLE) and _OLE_ENCRYPTED in content:
        raise DocumentUnreadable(
            "encrypted_document", "The file is protected by a password. Upload it without one."
        )
    if _kind(content) != (said if said in ("pdf", "docx") else "text"):
        raise DocumentUnreadable(
            "unsupported_format", f"The file was announced as {_NAMES[said]}, but it is not."
        )


def _kind(content: bytes) -> str:
    head = content[:_LOOKED_AT]
    if _PDF in head:
        return "pdf"
    if head.startswith(_ZIP):
        return "docx"
    if b"\x00" in head and not head.startswith(_UTF_16_AND_32):
        return "binary"
    return "text"
