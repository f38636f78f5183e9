"""The identity simulator: an OpenID provider with GitHub's endpoints beside it. Strict, pleasant, faulty on demand."""

import argparse
import os
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from simulators import server
from simulators.identity.clients import parse_clients, registered
from simulators.identity.people import DEMO, load_people
from simulators.identity.provider import create_app

PORT = 8001


def main(argv: list[str]) -> int:
    """Serves until SIGINT or SIGTERM. Returns the exit status; 1 where the port or a setting is bad."""
    options = _parser().parse_args(argv)
    return server.serve(
        "identity",
        lambda url: _app(url, options),
        host=options.host,
        port=options.port,
        with_parent=options.with_parent,
    )


def _app(url: str, options: argparse.Namespace) -> Flask:
    """Raises ValueError for a setting that cannot be meant."""
    if options.client or options.redirect_uri:
        clients = parse_clients(options.client, options.redirect_uri)
    else:
        clients = registered(os.environ, urlsplit(url).port or PORT)
    people = load_people(options.people)
    return create_app(people, clients, control=options.control, file=options.state, seed=options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators identity", description=__doc__)
    server.add_options(parser, PORT)
    parser.add_argument("--people", type=Path, default=DEMO, metavar="FILE", help="who can sign in (JSON)")
    parser.add_argument(
        "--client", action="append", default=[], metavar="ID:SECRET", help="a registered client; may be repeated"
    )
    parser.add_argument(
        "--redirect-uri", action="append", default=[], metavar="URI", help="a registered redirect URI; may be repeated"
    )
    parser.add_argument("--seed", type=int, help="calls in the same order get the same codes and keys (default: any)")
    parser.add_argument("--state", type=Path, help="file to keep everything in (default: memory)")
    return parser
