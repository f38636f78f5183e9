"""Kiosk. `create_app` is the one place where everything is wired."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate

# Aliases, since `app.auth` and its like must stay what they are: packages.
from app import api, cli, config, errors, http, jobs, limits, openapi
from app.account import factors as factor_routes
from app.account import routes as account_routes
from app.auth import guard, letters, providers, sessions
from app.auth import routes as auth_routes
from app.bridge import bridge
from app.db import db
from app.db import init_app as init_db
from app.items import routes as item_routes
from app.mail import post
from app.ops import health, logs, meters, metrics, traces
from app.orders import receipts, work
from app.orders import routes as order_routes
from app.payments import gateway
from app.scope import scope
from app.todos import routes as todo_routes
from app.users import routes as user_routes
from app.web import headers, pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Kiosk", "create_app", "db"]


class Kiosk(Flask):
    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Flask's own makes an event loop per request, and with it every connection anew."""
        return lambda *args, **kwargs: bridge.run(http.within(func, *args, **kwargs))

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
    http.init_app(app)
    meters.init_app(app, settings)
    metrics.init_app(app)
    limits.init_app(app, settings)
    api.init_app(app, guard.guard)
    sessions.init_app(app)
    providers.init_app(app, settings)
    gateway.init_app(app, settings)
    jobs.init_app(app, settings)
    health.init_app(app)
    post.init_app(app, settings)
    letters.init_app(app)
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
    pages.init_app(app)
    headers.init_app(app, settings)
    work.init_app(app)
    cli.init_app(app)
    return app
