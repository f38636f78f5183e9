"""The mail simulator: how it is started, what it keeps, and the pages on which it is read."""

import smtplib
import subprocess
import sys
from email.message import EmailMessage

import httpx
import pytest

from simulators.mail.control import Control
from simulators.process import ROOT, Process

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def simulator():
    with Process("mail", "--port", "0", "--smtp-port", "0", "--control") as process, Control(process.url) as control:
        yield control


@pytest.fixture
def mailbox(simulator):
    simulator.reset()
    return simulator


def send(mailbox, subject="Hello", text="See https://shop.example/a?token=b.", html=""):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "kiosk@shop.example", "ada@example.com", subject
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, timeout=10) as client:
        client.send_message(mail)


def page(mailbox, path="/"):
    return httpx.get(mailbox.url + path, trust_env=False, verify=False)


def start(*options):
    return subprocess.run(
        [sys.executable, "-m", "simulators", "mail", "--port", "0", "--smtp-port", "0", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_ends_when_its_standard_input_does():
    ended = start("--lifeline")

    assert ended.returncode == 0
    assert ended.stdout.startswith("mail simulator on http://127.0.0.1:")


def test_a_port_that_is_taken_is_said_in_one_line(mailbox):
    ended = start("--smtp-port", str(mailbox.smtp_port))

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "Address already in use" in ended.stderr


def test_encryption_without_a_certificate_is_refused():
    ended = start("--implicit-tls")

    assert ended.returncode == 1
    assert "--implicit-tls needs --certificate" in ended.stderr


def test_there_is_no_control_unless_asked_for():
    with Process("mail", "--port", "0", "--smtp-port", "0") as process:
        assert httpx.get(f"{process.url}/_control/mails", trust_env=False, verify=False).status_code == 404
        assert httpx.post(f"{process.url}/_control/reset", trust_env=False, verify=False).status_code == 404


def test_what_it_catches_is_listed_with_the_newest_first(mailbox):
    send(mailbox, "First")
    send(mailbox, "Second")

    shown = page(mailbox).text

    assert shown.index("Second") < shown.index("First")
    assert "to ada@example.com" in shown


def test_a_mail_is_read_with_its_links_to_be_clicked_on(mailbox):
    send(mailbox)
    number = mailbox.mails()[0]["number"]

    shown = page(mailbox, f"/mails/{number}").text

    assert '<a href="https://shop.example/a?token=b">https://shop.example/a?token=b</a>.' in shown


def test_what_a_mail_says_is_text_and_no_page(mailbox):
    send(mailbox, "<b>bold</b>", "<script>alert(1)</script>")
    number = mailbox.mails()[0]["number"]

    for path in ("/", f"/mails/{number}"):
        answer = page(mailbox, path)
        assert "<b>bold" not in answer.text
        assert "<script>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_mail_is_shown_as_a_mail_reader_does_with_nothing_run_or_fetched(mailbox):
    send(mailbox, html="<p style='color: teal'>Hello</p><script>alert(1)</script>")
    number = mailbox.mails()[0]["number"]

    assert f'href="/mails/{number}/html"' in page(mailbox, f"/mails/{number}").text
    shown = page(mailbox, f"/mails/{number}/html")
    assert "<p style='color: teal'>Hello</p>" in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_a_mail_of_text_alone_has_no_html(mailbox):
    send(mailbox)
    number = mailbox.mails()[0]["number"]

    assert f"{number}/html" not in page(mailbox, f"/mails/{number}").text
    assert page(mailbox, f"/mails/{number}/html").status_code == 404


def test_a_mail_that_is_not_there_is_404(mailbox):
    assert page(mailbox, "/mails/999999").status_code == 404


def test_lines_that_begin_with_a_dot_come_through(mailbox):
    send(mailbox, text="one\n.two\n..three")

    assert mailbox.mails()[0]["text"] == "one\n.two\n..three\n"


def test_a_mail_that_is_too_long_is_refused(mailbox):
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        send(mailbox, text="long\n" * 300_000)

    assert caught.value.smtp_code == 552
    assert mailbox.mails() == []


@pytest.mark.parametrize(
    ("line", "code"),
    [("RCPT TO:<ada@example.com>", 503), ("DATA", 503), ("MAIL FROM:ada", 501), ("STARTTLS", 502), ("VRFY ada", 502)],
)
def test_what_is_out_of_place_is_refused(mailbox, line, code):
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port, timeout=10) as client:
        client.ehlo()
        assert client.docmd(line)[0] == code
        assert client.noop()[0] == 250


def test_a_misbehaviour_that_there_is_not_is_refused(mailbox):
    for place, body in (("nowhere", {"code": 451}), ("data", {"kode": 451})):
        answer = httpx.put(f"{mailbox.url}/_control/faults/{place}", json=body, trust_env=False, verify=False)
        assert answer.status_code == 400


def test_mails_survive_kill_9_where_a_file_is_named(tmp_path):
    def started():
        return Process("mail", "--port", "0", "--smtp-port", "0", "--control", "--state", str(tmp_path / "mails"))

    with started() as process, Control(process.url) as mailbox:
        send(mailbox, "First", "Grüße — with a link: https://shop.example/a")
        send(mailbox, "Second")
        [first, second] = mailbox.mails()
        process.kill()

    with started() as process, Control(process.url) as mailbox:
        assert mailbox.mails() == [first, second]
        assert "https://shop.example/a" in page(mailbox, f"/mails/{first['number']}").text
        mailbox.reset()
        send(mailbox, "Third")
        [third] = mailbox.mails()
        process.kill()

    with started() as process, Control(process.url) as mailbox:
        assert mailbox.mails() == [third]
        assert third["number"] == second["number"] + 1  # a link to a mail never leads to another
