"""A payment provider that speaks Stripe's protocol: stateful, over real HTTP, without any account.

`simulators payments --help` lists the options. See `docs/payments.md`.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from simulators.payments.app import create_app
from simulators.payments.namespaces import Namespaces
from simulators.payments.provider import EVENTS, Settings
from simulators.server import LOOPBACK, add_options, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

OF_KIOSK = {"SECRET_KEY": "KIOSK_PAYMENTS__SECRET_KEY", "WEBHOOK_SECRET": "KIOSK_PAYMENTS__WEBHOOK_SECRET"}
"""What the same is called among the settings of Kiosk, which start the simulator too."""


def main(argv: list[str]) -> int:
    """Runs it until SIGINT or SIGTERM; the exit status."""
    options = _parser().parse_args(argv)
    if options.control and options.host not in LOOPBACK:
        sys.stderr.write("payments simulator: --control is only offered on 127.0.0.1\n")
        return 2
    secrets = [each.strip() for each in options.webhook_secret.split(",")]

    def make_app(url: str) -> "WSGIApplication":
        settings = Settings(
            secret_key=options.secret_key or None,
            webhook_secrets=tuple(filter(None, secrets)),
            webhook_url=options.webhook_url or None,
            webhook_events=tuple(options.webhook_events or EVENTS),
            state=options.state,
            control=options.control,
            base_url=(options.public_url or url).rstrip("/"),
            demo=options.demo.lower() if options.demo else None,
            most_requests=options.requests_per_second,
            seed=options.seed,
        )
        app = Namespaces(settings, create_app) if options.control else create_app(settings)
        _tell(settings, app.first if isinstance(app, Namespaces) else app)
        return app

    return serve("payments", make_app, host=options.host, port=options.port, with_parent=options.with_parent)


def _tell(settings: Settings, app: Flask) -> None:
    """Of webhooks what a receiver has to know and was not asked for."""
    if not settings.webhook_secrets and (settings.webhook_url or settings.control):
        [secret] = app.extensions["provider"].webhook_secrets
        sys.stderr.write(f"payments simulator: webhooks are signed with {secret}; --webhook-secret sets another\n")
    if not settings.webhook_url:
        more = ", and where /_control/webhooks/endpoint says" if settings.control else ""
        sys.stderr.write(f"payments simulator: webhooks go to endpoints that are made by the API{more}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulators payments", description="A payment provider that speaks Stripe's protocol."
    )
    add_options(parser, port=8002)
    parser.add_argument(
        "--secret-key",
        default=_setting("SECRET_KEY"),
        help="the only key that may call (default: SIMULATORS_SECRET_KEY, or any that begins with sk_test_)",
    )
    parser.add_argument(
        "--webhook-secret",
        default=_setting("WEBHOOK_SECRET"),
        help="of webhooks (default: SIMULATORS_WEBHOOK_SECRET, or one that is made and told)",
    )
    parser.add_argument(
        "--webhook-events", nargs="+", metavar="TYPE", help="which are sent, * for all (default: those of Checkout)"
    )
    parser.add_argument(
        "--webhook-url",
        default=os.environ.get("SIMULATORS_WEBHOOK_URL", _webhook_url_of_kiosk()),
        help="where events go (default: SIMULATORS_WEBHOOK_URL, or only to endpoints that are made by the API)",
    )
    parser.add_argument(
        "--public-url", help="where browsers reach the payment page (default: the address it listens on)"
    )
    parser.add_argument(
        "--requests-per-second",
        type=_count,
        metavar="N",
        help="more are refused with 429, as Stripe does from 100, in a sandbox from 25 (default: any number)",
    )
    parser.add_argument("--seed", type=int, help="calls in the same order get the same ids (default: any)")
    parser.add_argument(
        "--demo", metavar="CURRENCY", help="with rates of shipping and promotion codes to try, in that currency"
    )
    parser.add_argument("--state", type=Path, help="file to keep everything in (default: memory)")
    return parser


def _count(text: str) -> int:
    """ValueError, which argparse tells of, for what is no number from 1."""
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _setting(name: str) -> str:
    return os.environ.get(f"SIMULATORS_{name}", os.environ.get(OF_KIOSK[name], ""))


def _webhook_url_of_kiosk() -> str:
    shop = os.environ.get("KIOSK_PUBLIC_URL", "").rstrip("/")
    return shop and f"{shop}/api/payments/webhook"
