"""Kiosk. `create_app` is the one place where everything is wired."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate

from app.account import factor_routes
from app.account import routes as account_routes
from app.auth import guard, sessions
from app.auth import routes as auth_routes
from app.auth.email import messages
from app.auth.oauth import providers
from app.checkout import routes as order_routes
from app.commands import cli
from app.items import routes as item_routes
from app.mail import delivery
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
from app.users import routes as user_routes

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
    sessions.init_app(app)
    providers.init_app(app, settings)
    gateway.init_app(app, settings)
    jobs.init_app(app, settings)
    health.init_app(app)
    delivery.init_app(app, settings)
    messages.init_app(app)
    receipts.init_app(app)
    for feature in (
        auth_routes,
        account_routes,
        factor_routes,
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
