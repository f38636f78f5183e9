"""Talking to a mail server that nobody may listen in on."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app import load_settings
from app.mail import smtp
from app.mail.message import Message, rendered
from app.runtime.async_bridge import bridge
from simulators.mail.control import Control
from simulators.process import Process
from tests.settings import settings

pytestmark = pytest.mark.any_database

LOGIN = "shop:pass:word%20"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Key and certificate of 127.0.0.1, which nobody but a test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "mail.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def server():
    """`server("--login", …)` is a mail simulator of its own."""
    running = []

    def start(*options):
        process = Process("mail", "--port", "0", "--smtp-port", "0", "--control", *map(str, options))
        control = Control(process.url)
        running.extend([control, process])
        return control

    yield start
    for each in running:
        each.__exit__(None, None, None)


@pytest.fixture
def elsewhere(monkeypatch):
    """As if the server were on another machine."""
    monkeypatch.setattr(smtp, "is_loopback", lambda _: False)


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def send(url):
    from flask import Config

    made = rendered(
        load_settings(Config(""), settings("sqlite://")),
        Message(
            "ada@example.com", "password_changed", {"username": "ada", "at": "now", "methods": [], "removed": False}
        ),
        "key",
        datetime.now(UTC),
    )
    bridge.run(smtp.send(url, made, "kiosk@localhost", "ada@example.com"))


def test_starttls_is_used_where_it_is_offered(server, certificate, elsewhere, trusted):
    control = server("--certificate", certificate)

    send(control.smtp_url)

    assert control.mails()[0]["encrypted"]


def test_a_server_without_it_gets_the_mail_all_the_same(server, elsewhere):
    control = server()

    send(control.smtp_url)

    assert not control.mails()[0]["encrypted"]


def test_smtps_is_encrypted_from_the_first_byte_on(server, certificate, elsewhere, trusted):
    control = server("--certificate", certificate, "--implicit-tls")

    send(control.smtp_url.replace("smtp:", "smtps:"))

    assert control.mails()[0]["encrypted"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(server, certificate, elsewhere, scheme):
    control = server("--certificate", certificate, *(["--implicit-tls"] if scheme == "smtps" else []))

    with pytest.raises(smtp.MailError) as caught:
        send(control.smtp_url.replace("smtp:", f"{scheme}:"))

    assert caught.value.away
    assert control.mails() == []


def test_user_and_password_are_told_to_a_server_that_is_encrypted(server, certificate, elsewhere, trusted):
    control = server("--certificate", certificate, "--login", LOGIN)

    send(control.smtp_url.replace("//", "//shop:pass%3Aword%2520@"))

    assert control.mails()[0]["user"] == "shop"


def test_they_are_told_to_no_other_machine_without_encryption(server, elsewhere):
    control = server("--login", LOGIN)

    with pytest.raises(smtp.MailError, match="no encryption"):
        send(control.smtp_url.replace("//", "//shop:pass%3Aword%2520@"))

    assert control.count("sender") == 0


def test_a_wrong_password_is_tried_again_later(server):
    control = server("--login", LOGIN)

    with pytest.raises(smtp.MailError) as caught:
        send(control.smtp_url.replace("//", "//shop:wrong@"))

    assert caught.value.away
    assert not caught.value.final
    assert "wrong" not in str(caught.value)


def test_a_server_that_trickles_on_is_left_in_the_end(mail_simulator, monkeypatch):
    monkeypatch.setattr(smtp, "DEADLINE_SECONDS", 0.3)
    mail_simulator.hangs("body")

    with pytest.raises(smtp.MailError) as caught:
        send(mail_simulator.smtp_url)

    mail_simulator.reset()
    assert caught.value.away
