"""Kiosk. `create_app` is the one place where everything is wired."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Config, Flask
from flask_migrate import Migrate

from app.account import factor_routes
from app.account import routes as account_routes
from app.auth import guard, sessions, throttle
from app.auth import routes as auth_routes
from app.auth.email import messages
from app.auth.oauth import providers
from app.auth.totp import key_rotation  # feature: totp
from app.checkout import routes as checkout_routes  # feature: shop
from app.commands import cli
from app.items import routes as item_routes  # feature: shop
from app.mail import delivery, outbox, quota
from app.ops import counters, health, logs, metrics, traces
from app.orders import receipts  # feature: shop
from app.orders import service as orders  # feature: shop
from app.orders import signals as order_signals  # feature: shop
from app.payments import background as payments  # feature: shop
from app.payments import findings  # feature: shop
from app.payments import routes as payment_routes  # feature: shop
from app.runtime import config, errors, jobs, outbound, schedule
from app.runtime.async_bridge import bridge
from app.runtime.db import db, empty_log
from app.runtime.db import init_app as init_db
from app.runtime.log_context import scope
from app.stripe import (
    currencies,  # feature: shop
    gateway,  # feature: shop
)
from app.todos import handover as order_todos  # feature: todos
from app.todos import routes as todo_routes  # feature: todos
from app.todos import service as todos  # feature: todos
from app.users import routes as user_routes
from app.users import service as users

# Aliases, since `app.auth` and its like must stay what they are: packages.
from app.web import api, frontend, headers, limits, openapi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Kiosk", "create_app", "db"]


class Kiosk(Flask):
    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Flask's own makes an event loop per request, and with it every connection anew."""
        return lambda *args, **kwargs: bridge.run(outbound.within(func, *args, **kwargs))

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A context per request, even where a test holds one open around it: `g` and `db.session` start empty."""
        with scope(), self.app_context(), traces.of_request(environ):
            return super().wsgi_app(environ, start_response)


SETTINGS_CHECKS: tuple[config.Check, ...] = (
    currencies.check,  # feature: shop
)
"""What features require of the settings, besides `config.check`."""


def load_settings(into: Config, given: Mapping[str, Any] | None = None) -> config.Settings:
    """The settings from the environment and, above it, `given`. Raises ConfigError."""
    return config.load(into, given, checks=SETTINGS_CHECKS)


def create_app(test_config: Mapping[str, Any] | None = None) -> Kiosk:
    """The application, from the environment and, above it, `test_config`. Raises ConfigError."""
    app = Kiosk(__name__, static_folder=None)
    settings = load_settings(app.config, test_config)
    app.extensions["settings"] = settings
    logs.init_app(app, settings)
    traces.init_app(app, settings)
    errors.init_app(app)
    init_db(app)
    Migrate(app, db, directory=str(health.MIGRATIONS), render_as_batch=True)
    outbound.init_app(app)
    counters.init_app(app, settings)
    metrics.init_app(app)
    limits.init_app(app, settings)
    api.init_app(app, guard.guard)
    sessions.init_app(app)
    providers.init_app(app, settings)
    gateway.init_app(app, settings)  # feature: shop
    jobs.init_app(app, settings)
    schedule.init_app(app)
    health.init_app(app)
    delivery.init_app(app, settings)
    messages.init_app(app)
    for feature in (
        auth_routes,
        account_routes,
        factor_routes,
        user_routes,
        item_routes,  # feature: shop
        checkout_routes,  # feature: shop
        payment_routes,  # feature: shop
        todo_routes,  # feature: todos
        health,
        metrics,
        openapi,
    ):
        feature.routes.init_app(app)
    frontend.init_app(app)
    headers.init_app(app, settings)
    _connect_listeners()
    _add_handlers(app)
    _plan_chores(app)
    cli.init_app(app)
    return app


def _connect_listeners() -> None:
    users.leaving.connect(todos.forget)  # feature: todos
    users.leaving.connect(orders.forget_keys)  # feature: shop
    order_signals.paid.connect(order_todos.add)  # feature: todos
    order_signals.fulfilled.connect(order_todos.finish)  # feature: todos
    order_signals.due_changed.connect(order_todos.review)  # feature: todos


def _add_handlers(app: Kiosk) -> None:
    """What is done when a job of a kind is enqueued, and which function writes the mails of a kind."""
    jobs.jobs(app).on("event", payments.handle_event)  # feature: shop
    delivery.post(app).writes("receipt", receipts.receipt)  # feature: shop


def _plan_chores(app: Kiosk) -> None:
    """What a worker does at each turn, and from time to time. Each name is that of a row: it stays as it is."""
    hour, day = timedelta(hours=1), timedelta(hours=24)
    plan = schedule.schedule(app)
    plan.at_each_turn("sweep", payments.run_sweep)  # feature: shop
    plan.every(hour, "backfill-hourly", payments.run_backfill)  # feature: shop
    plan.every(day, "audit-nightly", payments.run_audit)  # feature: shop
    plan.every(hour, "findings-hourly", findings.end)  # feature: shop
    plan.every(hour, "throttles-hourly", throttle.forget)
    plan.every(hour, "mail-turns-hourly", quota.forget)
    plan.every(hour, "log-hourly", lambda *_: empty_log())
    plan.every(day, "mails-nightly", outbox.forget)
    plan.every(day, "messages-nightly", payments.reduce_messages)  # feature: shop
    plan.every(
        day, "keys-nightly", lambda session, _: key_rotation.renew_all(session, config.settings())
    )  # feature: totp
