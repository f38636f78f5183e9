"""Kiosk. This module wires it: what runs is in the lists below, and `create_app` connects it.

A line that ends in `# feature: …` belongs to a feature that a product may leave out.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from blinker import Signal
from flask import Config, Flask

# Aliases: what is imported here is an attribute of `app`, and `app.users` and its like have to stay packages.
from app.account import routes as account_routes
from app.auth import (
    cookies,
    guard,
    password,
    second_factor,  # feature: totp
    sessions,
    sign_in_methods,
    throttle,
)
from app.auth import field_words as auth_words
from app.auth import retention as auth_retention
from app.auth import routes as auth_routes
from app.auth.email import addresses, messages
from app.auth.email import routes as email_routes
from app.auth.oauth import (
    callbacks,
    github,  # feature: github
    identities,
    openid,
)
from app.auth.oauth import checks as oauth_checks
from app.auth.oauth import providers as oauth_providers
from app.auth.oauth import routes as oauth_routes
from app.auth.passkeys import method as passkeys  # feature: passkeys
from app.auth.passkeys import routes as passkey_routes  # feature: passkeys
from app.auth.totp import key_rotation  # feature: totp
from app.auth.totp import routes as totp_routes  # feature: totp
from app.auth.totp import service as totp  # feature: totp
from app.checkout import field_words as order_words  # feature: shop
from app.checkout import kept_basket  # feature: shop
from app.checkout import routes as checkout_routes  # feature: shop
from app.commands import cli
from app.dashboard import field_words as dashboard_words  # feature: shop
from app.dashboard import routes as dashboard_routes  # feature: shop
from app.items import checks as item_checks  # feature: shop
from app.items import field_words as item_words  # feature: shop
from app.items import routes as item_routes  # feature: shop
from app.mail import Kind, delivery, moments, outbox, quota
from app.mail import checks as mail_checks
from app.mail import metrics as mail_metrics
from app.ops import alive, counters, database_gauges, doctor, health, logs, metrics, migrations, traces
from app.ops import checks as own_checks
from app.orders import mails as order_mails  # feature: shop
from app.orders import metrics as order_metrics  # feature: shop
from app.orders import receipts  # feature: shop
from app.orders import service as order_service  # feature: shop
from app.orders import signals as order_signals  # feature: shop
from app.payments import background as payment_background  # feature: shop
from app.payments import checks as payment_checks  # feature: shop
from app.payments import field_words as payment_words  # feature: shop
from app.payments import finding_mails, findings  # feature: shop
from app.payments import metrics as payment_metrics  # feature: shop
from app.payments import retention as payment_retention  # feature: shop
from app.payments import routes as payment_routes  # feature: shop
from app.runtime import config, config_checks, deadline, errors, jobs, outbound, schedule, sqlite_files
from app.runtime.async_bridge import bridge
from app.runtime.checks import Checks, Clock
from app.runtime.config import Settings
from app.runtime.db import db
from app.runtime.db import init_app as init_db
from app.runtime.jobs import Handler
from app.runtime.log_context import log_context
from app.runtime.metrics import DatabaseGauge, Metric
from app.runtime.schedule import Work
from app.shop import field_words as shop_words  # feature: shop
from app.shop import for_machines, icons, page_heads, pictures  # feature: shop
from app.shop import routes as shop_routes  # feature: shop
from app.shop import service as shop_service  # feature: shop
from app.stripe import checks as stripe_checks  # feature: shop
from app.stripe import gateway  # feature: shop
from app.stripe import metrics as stripe_metrics  # feature: shop
from app.todos import field_words as todo_words  # feature: todos
from app.todos import handover as order_todos  # feature: todos
from app.todos import routes as todo_routes  # feature: todos
from app.todos import service as todo_service  # feature: todos
from app.users import audit_trail, policy
from app.users import field_words as user_words
from app.users import routes as user_routes
from app.users import signals as user_signals
from app.web import api, field_words, first_answer, frontend, headers, limits, long_lists, openapi, overload
from app.web.api import Api
from app.web.flask_session import NoSession
from app.web.rules import QuickRule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Application", "create_app", "db", "load_settings"]

ROUTES: tuple[Api, ...] = (
    auth_routes.routes,
    oauth_routes.routes,
    email_routes.routes,
    passkey_routes.routes,  # feature: passkeys
    totp_routes.routes,  # feature: totp
    account_routes.routes,
    user_routes.routes,
    shop_routes.routes,  # feature: shop
    for_machines.routes,  # feature: shop
    icons.routes,  # feature: shop
    item_routes.routes,  # feature: shop
    todo_routes.routes,  # feature: todos
    checkout_routes.routes,  # feature: shop
    payment_routes.routes,  # feature: shop
    dashboard_routes.routes,  # feature: shop
    health.routes,
    metrics.routes,
    openapi.routes,
)

FIELD_WORDS: tuple[field_words.Words, ...] = (
    field_words.WORDS,
    user_words.WORDS,
    auth_words.WORDS,
    item_words.WORDS,  # feature: shop
    shop_words.WORDS,  # feature: shop
    order_words.WORDS,  # feature: shop
    payment_words.WORDS,  # feature: shop
    dashboard_words.WORDS,  # feature: shop
    todo_words.WORDS,  # feature: todos
)
"""What the API's description says of each field."""

SIGN_IN_METHODS: tuple[sign_in_methods.SignInMethod, ...] = (
    password.METHOD,
    passkeys.METHOD,  # feature: passkeys
    identities.METHOD,
)

PROVIDER_KINDS: dict[str, type[oauth_providers.ProviderClient]] = {
    "oidc": openid.OpenIdClient,
    "github": github.GitHubClient,  # feature: github
}

MAIL_RENDERERS: dict[Kind, delivery.Renderer] = {
    "account_closed": messages.to_former_address,
    "codes_guessed": messages.news,  # feature: totp
    "email_changed": messages.to_former_address,
    "finding": finding_mails.finding,  # feature: shop
    "identity_linked": messages.news,
    "invitation": messages.invitation,
    "new_sign_in": messages.news,
    "order_cancelled": order_mails.to_buyer,  # feature: shop
    "order_handed_over": order_mails.to_buyer,  # feature: shop
    "order_refunded": order_mails.to_buyer,  # feature: shop
    "order_to_hand_over": order_mails.to_staff,  # feature: shop
    "passkey_added": messages.news,  # feature: passkeys
    "passkey_removed": messages.news,  # feature: passkeys
    "password_changed": messages.password_changed,
    "receipt": receipts.receipt,  # feature: shop
    "reset_password": messages.reset_password,
    "totp_added": messages.news,  # feature: totp
    "totp_removed": messages.news,  # feature: totp
    "verify_email": messages.verify_email,
}

LISTENERS: tuple[tuple[Signal, Callable[..., object]], ...] = (
    (user_signals.address_given, addresses.on_address_given),
    (user_signals.role_changed, sessions.renew_all),
    (user_signals.locked_out, sessions.end_all),
    (user_signals.leaving, sign_in_methods.forget),
    (user_signals.leaving, todo_service.forget),  # feature: todos
    (user_signals.leaving, order_service.forget_person),  # feature: shop
    (user_signals.leaving, kept_basket.forget),  # feature: shop
    (order_signals.paid, kept_basket.on_paid),  # feature: shop
    (order_signals.paid, order_todos.add),  # feature: todos
    (order_signals.fulfilled, order_todos.finish),  # feature: todos
    (order_signals.due_changed, order_todos.review),  # feature: todos
)
"""Each is called in the transaction of the sender."""

JOBS: Mapping[str, Handler] = {
    "mail": delivery.wake,
    "event": payment_background.handle_event,  # feature: shop
}

EACH_TURN: Mapping[str, Work] = {
    "sweep": payment_background.run_sweep,  # feature: shop
}
"""What each worker does at each of its turns."""

MINUTES, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=24)
CHORES: tuple[tuple[str, timedelta, Work], ...] = (
    ("backfill-hourly", HOUR, payment_background.run_backfill),  # feature: shop
    ("audit-nightly", DAY, payment_background.run_audit),  # feature: shop
    ("findings-hourly", HOUR, findings.end),  # feature: shop
    ("finding-mails", MINUTES, finding_mails.tell),  # feature: shop
    ("throttles-hourly", HOUR, throttle.forget),
    ("mail-turns-hourly", HOUR, quota.forget),
    ("log-hourly", HOUR, lambda *_: sqlite_files.empty_log(db.engine)),
    ("mails-nightly", DAY, outbox.forget),
    ("sessions-hourly", HOUR, auth_retention.forget),
    ("callbacks-hourly", HOUR, callbacks.forget),
    ("trail-nightly", DAY, audit_trail.forget_old),
    ("events-hourly", HOUR, payment_retention.forget),  # feature: shop
    ("messages-nightly", DAY, payment_background.reduce_events),  # feature: shop
    ("pictures-nightly", DAY, pictures.forget),  # feature: shop
    ("keys-nightly", DAY, lambda session, _: key_rotation.renew_all(session, config.settings())),  # feature: totp
)
"""What one of the workers does in each interval. The name is that of a row, which an earlier release may have made."""

SETTINGS_CHECKS: tuple[config.Check, ...] = (
    config_checks.check_secrets,
    config_checks.check_proxies,
    config_checks.check_addresses,
    config_checks.check_servers,
    oauth_checks.check_settings,
    stripe_checks.check_settings,  # feature: shop
    payment_checks.check_settings,  # feature: shop
    mail_checks.check_settings,
)

CLOCKS: Mapping[str, Clock] = {
    "the payment provider's": stripe_checks.read_clock,  # feature: shop
    "the database's": own_checks.read_database_clock,
}

CHECKS: tuple[Checks, ...] = (
    own_checks.checks,
    item_checks.checks,  # feature: shop
    payment_checks.checks,  # feature: shop
    stripe_checks.checks,  # feature: shop
    lambda: own_checks.of_clocks(CLOCKS),
    oauth_checks.checks,
    mail_checks.checks,
)
"""Of `kiosk doctor`."""

DEGRADED: tuple[health.Degraded, ...] = (
    stripe_checks.degraded,  # feature: shop
)
"""Of `/readyz`."""

METRICS: tuple[Metric, ...] = (
    *outbound.METRICS,
    *jobs.METRICS,
    *stripe_metrics.METRICS,  # feature: shop
    *payment_metrics.METRICS,  # feature: shop
)

GAUGES: tuple[DatabaseGauge, ...] = (
    *order_metrics.GAUGES,  # feature: shop
    *payment_metrics.GAUGES,  # feature: shop
    *mail_metrics.GAUGES,
    *database_gauges.GAUGES,
)


PAGE_DATA: Mapping[str, Callable[[], Any]] = {
    "me": account_routes.first,
    "shop": shop_routes.show_shop,  # feature: shop
}
"""Answers of the API that come with the page."""


class Application(Flask):
    session_interface = NoSession()
    url_rule_class = QuickRule

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sync: dict[Callable[..., Any], Callable[..., Any]] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Flask calls this for each function at each request, and the result is always the same."""
        made = self._sync.get(func)
        if made is None:
            made = self._sync[func] = super().ensure_sync(func)
        return made

    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Flask's own way makes an event loop per request, so that no connection could be used again."""
        return lambda *args, **kwargs: bridge.run(outbound.with_time_for_calls(func, *args, **kwargs))

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A context per request, even where a test has one open: `g` and `db.session` always start empty."""
        with deadline.of_request(), log_context(), self.app_context(), traces.of_request(environ):
            return super().wsgi_app(environ, start_response)


def load_settings(config_: Config, given: Mapping[str, Any] | None = None) -> Settings:
    """The checked settings: from the environment, where `given` does not override it. Raises ConfigError."""
    return config.load(config_, given, SETTINGS_CHECKS)


def create_app(test_config: Mapping[str, Any] | None = None) -> Application:
    """The application. `test_config` overrides settings of the environment. Raises ConfigError."""
    app = Application(__name__, static_folder=None)
    settings = app.extensions["settings"] = load_settings(app.config, test_config)
    logs.init_app(app, settings)
    traces.init_app(app, settings)
    errors.init_app(app)
    init_db(app)
    migrations.init_app(app)
    outbound.init_app(app)
    counters.init_app(app, METRICS)
    metrics.init_app(app, GAUGES)
    limits.init_app(app, settings)
    overload.init_app(app)
    long_lists.init_app(app)
    api.init_app(app, guard.guard)
    cookies.init_app(app)
    sign_in_methods.init_app(app, SIGN_IN_METHODS)
    second_factor.init_app(app, totp.FACTOR)  # feature: totp
    oauth_providers.init_app(app, settings, PROVIDER_KINDS)
    gateway.init_app(app, settings)  # feature: shop
    jobs.init_app(app, settings)
    plan = schedule.init_app(app)
    for name, work in EACH_TURN.items():
        plan.at_each_turn(name, work)
    for name, interval, work in CHORES:
        plan.every(interval, name, work)
    health.init_app(app, DEGRADED)
    delivery.init_app(
        app,
        settings,
        MAIL_RENDERERS,
        shop_service.mail_site,  # feature: shop
    )
    moments.init_app(
        app,
        shop_service.time_zone,  # feature: shop
    )
    policy.init_app(
        app,
        shop_service.shop_name,  # feature: shop
    )
    doctor.init_app(app, CHECKS)
    for name, handler in JOBS.items():
        jobs.jobs(app).on(name, handler)
    for signal, listener in LISTENERS:
        signal.connect(listener)
    for routes in ROUTES:
        routes.init_app(app)
    frontend.init_app(app)
    first_answer.init_app(
        app,
        page_heads.head,  # feature: shop
        data=PAGE_DATA,
    )
    openapi.init_app(app, FIELD_WORDS)
    # Middlewares of WSGI, each around all that came before it: `alive` counts in what `counters` made, and `headers`
    # has the answers of both. The turns (`commands/serve.py`) are around them.
    alive.init_app(app)
    headers.init_app(app, settings)
    cli.init_app(app)
    return app
