"""A payment provider that speaks Stripe's protocol: stateful, over real HTTP, without any account.

`python -m simulators payments --help` lists the options. See `docs/payments.md`.
"""

import argparse
import os
import sys
from pathlib import Path

from flask import Flask

from simulators.payments.app import create_app
from simulators.payments.provider import Settings
from simulators.server import LOOPBACK, add_options, serve

WEBHOOK_PATH = "/api/payments/webhook"


def main(argv: list[str]) -> int:
    """Runs it until SIGINT or SIGTERM; the exit status."""
    options = _parser().parse_args(argv)
    if options.control and options.host not in LOOPBACK:
        sys.stderr.write("payments simulator: --control is only offered on 127.0.0.1\n")
        return 2
    secrets = [each.strip() for each in os.environ.get("KIOSK_PAYMENTS__WEBHOOK_SECRET", "").split(",")]
    webhook_url = options.webhook_url or _default_webhook_url()
    if not webhook_url or not any(secrets):
        sys.stderr.write("payments simulator: no webhooks without KIOSK_PAYMENTS__WEBHOOK_SECRET and an address\n")

    def make_app(url: str) -> Flask:
        return create_app(
            Settings(
                secret_key=os.environ.get("KIOSK_PAYMENTS__SECRET_KEY") or None,
                webhook_secrets=tuple(filter(None, secrets)),
                webhook_url=webhook_url,
                state=options.state,
                control=options.control,
                base_url=(options.public_url or url).rstrip("/"),
            )
        )

    return serve("payments", make_app, host=options.host, port=options.port, with_parent=options.with_parent)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators payments", description="A payment provider that speaks Stripe's protocol."
    )
    add_options(parser, port=8002)
    parser.add_argument("--webhook-url", help=f"where events go (default: KIOSK_PUBLIC_URL{WEBHOOK_PATH})")
    parser.add_argument(
        "--public-url", help="where browsers reach the payment page (default: the address it listens on)"
    )
    parser.add_argument("--state", type=Path, help="file to keep everything in (default: memory)")
    return parser


def _default_webhook_url() -> str | None:
    shop = os.environ.get("KIOSK_PUBLIC_URL", "").rstrip("/")
    return shop + WEBHOOK_PATH if shop else None
