"""Kiosk. `create_app` is the one place where everything is wired."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from blinker import Signal
from flask import Flask
from flask_migrate import Migrate

# Aliases, since `app.auth` and its like must stay what they are: packages.
from app.account import routes as account_routes
from app.auth import cookies, guard, password, second_factor, sessions, sign_in_methods
from app.auth import routes as auth_routes
from app.auth.email import addresses, messages
from app.auth.email import routes as email_routes
from app.auth.oauth import (
    github,  # feature: github
    identities,
    openid,
)
from app.auth.oauth import providers as oauth_providers
from app.auth.oauth import routes as oauth_routes
from app.auth.passkeys import method as passkeys  # feature: passkeys
from app.auth.passkeys import routes as passkey_routes  # feature: passkeys
from app.auth.totp import routes as totp_routes  # feature: totp
from app.auth.totp import service as totp  # feature: totp
from app.checkout import routes as order_routes
from app.commands import cli
from app.items import routes as item_routes
from app.mail import Kind, delivery
from app.ops import counters, health, logs, metrics, traces
from app.orders import receipts
from app.payments import work
from app.runtime import config, errors, jobs, outbound
from app.runtime.async_bridge import bridge
from app.runtime.db import db
from app.runtime.db import init_app as init_db
from app.runtime.log_context import scope
from app.stripe import gateway
from app.todos import routes as todo_routes
from app.todos import service as todos
from app.users import routes as user_routes
from app.users import service as users
from app.web import api, frontend, headers, limits, openapi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Kiosk", "create_app", "db"]

SIGN_IN_METHODS: tuple[sign_in_methods.SignInMethod, ...] = (
    password.METHOD,
    identities.METHOD,
    passkeys.METHOD,  # feature: passkeys
)

PROVIDER_KINDS: dict[str, type[oauth_providers.ProviderClient]] = {
    "oidc": openid.OpenIdClient,
    "github": github.GitHubClient,  # feature: github
}

MAIL_RENDERERS: dict[Kind, delivery.Renderer] = {
    "account_closed": messages.to_former_address,
    "codes_guessed": messages.news,  # feature: totp
    "email_changed": messages.to_former_address,
    "identity_linked": messages.news,
    "invitation": messages.invitation,
    "new_sign_in": messages.news,
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
    (users.address_given, addresses.on_address_given),
    (users.role_changed, sessions.renew_all),
    (users.locked_out, sessions.end_all),
    (users.leaving, sign_in_methods.forget),
    (users.leaving, todos.forget),  # feature: todos
    (todos.order_handed_over, order_routes.hand_over),  # feature: todos
)


class Kiosk(Flask):
    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Flask's own makes an event loop per request, and with it every connection anew."""
        return lambda *args, **kwargs: bridge.run(outbound.within(func, *args, **kwargs))

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A context per request, even where a test holds one open around it: `g` and `db.session` start empty."""
        with scope(), self.app_context(), traces.of_request(environ):
            return super().wsgi_app(environ, start_response)


def create_app(test_config: Mapping[str, Any] | None = None) -> Kiosk:
    """The application, from the environment and, above it, `test_config`. Raises ConfigError."""
    app = Kiosk(__name__, static_folder=None)
    settings = config.load(app.config, test_config)
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
    cookies.init_app(app)
    sign_in_methods.init_app(app, SIGN_IN_METHODS)
    second_factor.init_app(app, totp.FACTOR)  # feature: totp
    oauth_providers.init_app(app, settings, PROVIDER_KINDS)
    gateway.init_app(app, settings)
    jobs.init_app(app, settings)
    health.init_app(app)
    delivery.init_app(app, settings, MAIL_RENDERERS)
    for signal, listener in LISTENERS:
        signal.connect(listener)
    for feature in (
        auth_routes,
        oauth_routes,
        email_routes,
        passkey_routes,  # feature: passkeys
        totp_routes,  # feature: totp
        account_routes,
        user_routes,
        item_routes,
        todo_routes,
        order_routes,
        health,
        metrics,
        openapi,
    ):
        feature.routes.init_app(app)
    frontend.init_app(app)
    headers.init_app(app, settings)
    work.init_app(app)
    cli.init_app(app)
    return app
