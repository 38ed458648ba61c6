"""TLS to a checked address: the certificate is asked for, and checked, by the host's name."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpdesk.adapters.outbound_http import OutboundHTTP
from helpdesk.adapters.webhook_sender import HTTPWebhookSender
from helpdesk.webhooks import Attempt

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NAME = "hooks.acme.example"
BODY = b"{}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that names the host and signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    pem, no = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no)
    file.write_bytes(made.public_bytes(pem) + private)
    return file


@pytest.fixture
def receiver(certificate):
    """One TLS connection's receiver; tells its port and, later, the name that it was asked for."""
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: asked.append(name)

    def accept():
        connection = listener.accept()[0]
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                # All of it: closing before would reset the connection, and the answer with it.
                told = b""
                while not told.endswith(BODY) and (more := secured.recv(65536)):
                    told += more
                secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join()


@pytest.fixture
def sender(certificate, monkeypatch):
    """A sender that trusts the certificate, on a machine where all names are this one's."""
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(
        "helpdesk.adapters.public_addresses.socket.getaddrinfo", lambda *_, **__: here
    )
    tls = ssl.create_default_context(cafile=certificate)
    return HTTPWebhookSender(OutboundHTTP(allow_private=True, tls=tls), total_seconds=3.0)


def test_the_name_is_asked_for_and_checked(receiver, sender):
    port, asked = receiver

    assert sender.post(f"https://{NAME}:{port}/", {}, BODY, NOW) == Attempt(NOW, status=204)
    assert asked == [NAME]


def test_a_certificate_for_another_name_is_not_trusted(receiver, sender):
    port, asked = receiver

    refused = sender.post(f"https://other.example:{port}/", {}, BODY, NOW)

    assert refused == Attempt(NOW, problem="not_connected")
    assert asked == ["other.example"]
