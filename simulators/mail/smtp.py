"""The part of SMTP (RFC 5321) that a shop's mails need, with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954)."""

import base64
import hmac
import re
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from simulators.mail.faults import Faults, Place
from simulators.mail.inbox import Inbox

LONGEST_LINE = 4096
LARGEST_MAIL = 1 << 20
"""Bytes."""

ADDRESS = re.compile(r"(?:FROM|TO):<([^<>\s]*)>", re.IGNORECASE)


class Gone(Exception):
    """The conversation is over."""


@dataclass(frozen=True)
class Rules:
    login: str = ""
    certificate: Path | None = None
    implicit_tls: bool = False

    def context(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate)
        return made


class Conversation(StreamRequestHandler):
    server: "MailServer"
    timeout = 300
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.encrypted, self.user = False, ""
        self.sender, self.to, self.began = "", list[str](), 0
        if self.server.rules.implicit_tls:
            self._encrypt()
        super().setup()

    def handle(self) -> None:
        try:
            self._answer("connect", "220 mail simulator")
            while line := self.rfile.readline(LONGEST_LINE):
                self._obey(line.decode("utf-8", "replace").strip())
        except Gone:
            return

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        known = {
            "EHLO": self._hello,
            "HELO": self._plain_hello,
            "STARTTLS": self._start_tls,
            "AUTH": self._log_in,
            "MAIL": self._from,
            "RCPT": self._to,
            "DATA": self._data,
            "RSET": self._forget,
            "NOOP": self._nothing,
            "QUIT": self._quit,
        }
        known.get(verb.upper(), self._unknown)(rest)

    def _hello(self, _: str) -> None:
        offers = ["250-mail simulator", "250-8BITMIME", "250-SMTPUTF8", f"250-SIZE {LARGEST_MAIL}"]
        if self.server.context is not None and not self.encrypted:
            offers.append("250-STARTTLS")
        if self.server.rules.login:
            offers.append("250-AUTH PLAIN")
        self._answer("hello", "\r\n".join([*offers, "250 PIPELINING"]))

    def _plain_hello(self, _: str) -> None:
        self._answer("hello", "250 mail simulator")

    def _nothing(self, _: str) -> None:
        self._say("250 fine")

    def _unknown(self, _: str) -> None:
        self._say("502 this simulator does not know that")

    def _start_tls(self, _: str) -> None:
        if self.server.context is None or self.encrypted:
            self._say("502 there is no TLS to start")
            return
        self._say("220 go on")
        self._encrypt()
        super().setup()

    def _encrypt(self) -> None:
        assert self.server.context is not None
        try:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, ConnectionError) as error:
            raise Gone from error
        self.encrypted = True

    def _log_in(self, rest: str) -> None:
        way, _, given = rest.partition(" ")
        try:
            _, user, password = base64.b64decode(given).decode().split("\0")
        except ValueError:
            user = password = ""
        right = way.upper() == "PLAIN" and hmac.compare_digest(f"{user}:{password}", self.server.rules.login)
        self.user = user if right else ""
        self._say("235 welcome" if right else "535 no such user or password")

    def _from(self, rest: str) -> None:
        if self.server.rules.login and not self.user:
            self._say("530 log in first")
        elif address := ADDRESS.match(rest):
            self.sender, self.to, self.began = address[1], [], self.server.inbox.cleared
            self._answer("sender", "250 fine")
        else:
            self._say("501 that is no sender")

    def _to(self, rest: str) -> None:
        if not self.sender:
            self._say("503 say who it is from first")
        elif address := ADDRESS.match(rest):
            self._answer("recipient", "250 fine")
            self.to.append(address[1])
        else:
            self._say("501 that is no recipient")

    def _data(self, _: str) -> None:
        if not self.to:
            self._say("503 say whom it is for first")
            return
        if not self._answer("data", "354 go on, and end with a dot"):
            return
        raw = self._until_dot()
        if raw is None:
            self._say("552 that is too long")
        elif not self._strikes("body"):
            told = (self.began, self.sender, self.to, raw)
            if self.server.inbox.keep(*told, encrypted=self.encrypted, user=self.user):
                self._answer("accepted", "250 stored")
            else:
                self._say("451 the inbox was cleared meanwhile")
        self._empty()

    def _until_dot(self) -> bytes | None:
        """The mail, with the dots that were doubled on the way undone; None where it is too long."""
        lines, size = list[bytes](), 0
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b".\n"):
            if not line:
                raise Gone
            size += len(line)
            lines.append(line[1:] if line.startswith(b".") else line)
            lines = lines if size <= LARGEST_MAIL else []
        return b"".join(lines) if size <= LARGEST_MAIL else None

    def _forget(self, _: str) -> None:
        self._empty()
        self._say("250 fine")

    def _empty(self) -> None:
        self.sender, self.to = "", []

    def _quit(self, _: str) -> None:
        self._say("221 goodbye")
        raise Gone

    def _answer(self, place: Place, usual: str) -> bool:
        """Say the usual, unless something goes wrong here. Whether it was said."""
        if self._strikes(place):
            return False
        self._say(usual)
        return True

    def _strikes(self, place: Place) -> bool:
        """Whether something went wrong here, and was answered. Raises Gone where there was no answer."""
        patience = self.server.faults.patience  # taken first: a reset from here on ends the wait
        fault = self.server.faults.take(place)
        if fault is None:
            return False
        if fault.code is not None:
            self._say(f"{fault.code} so I was told")
            return True
        if fault.hang:
            patience.wait()
        raise Gone

    def _say(self, words: str) -> None:
        try:
            self.wfile.write(words.encode() + b"\r\n")
        except OSError as error:
            raise Gone from error


class MailServer(ThreadingTCPServer):
    """Listens once made; one thread per conversation, none of which keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, host: str, port: int, inbox: Inbox, faults: Faults, rules: Rules) -> None:
        self.inbox, self.faults, self.rules = inbox, faults, rules
        self.context = rules.context()
        if rules.implicit_tls and self.context is None:
            raise ValueError("--implicit-tls needs --certificate")
        super().__init__((host, port), Conversation)
        self.port = int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="smtp", daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or that does not like our certificate, is what tests are about."""
