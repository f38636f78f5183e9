"""A mail server that keeps all mails, sends none on, and shows them on a page."""

import argparse
import sys
from pathlib import Path

from flask import Flask

from simulators import server
from simulators.mail.faults import Faults
from simulators.mail.inbox import Inbox
from simulators.mail.pages import create_app
from simulators.mail.smtp import MailServer, Rules

PORT, SMTP_PORT = 8003, 8004


def main(argv: list[str]) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit status; 1 where a port or a setting is bad."""
    options = _parser().parse_args(argv)
    if options.control and options.host not in server.LOOPBACK:
        sys.stderr.write("mail simulator: --control is only offered on 127.0.0.1\n")
        return 2
    return server.serve(
        "mail", lambda _: _start(options), host=options.host, port=options.port, with_parent=options.with_parent
    )


def _start(options: argparse.Namespace) -> Flask:
    """Raises OSError where the port is taken, ValueError for a setting that cannot be meant."""
    inbox, faults = Inbox(options.state), Faults()
    rules = Rules(options.login, options.certificate, implicit_tls=options.implicit_tls)
    smtp = MailServer(options.host, options.smtp_port, inbox, faults, rules)
    smtp.start()
    return create_app(inbox, faults, smtp.port, control=options.control)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators mail", description=__doc__)
    server.add_options(parser, PORT)
    parser.add_argument("--smtp-port", type=int, default=SMTP_PORT, help="0 picks a free one (default: %(default)s)")
    parser.add_argument(
        "--login",
        default="",
        metavar="USER:PASSWORD",
        help="the only login that may send (default: no login is needed)",
    )
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="key and certificate (PEM): offer STARTTLS")
    parser.add_argument("--implicit-tls", action="store_true", help="encrypted from the first byte on, as smtps is")
    parser.add_argument("--state", type=Path, help="file to keep the mails in (default: memory)")
    return parser
