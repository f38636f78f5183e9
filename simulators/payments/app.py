"""Where the simulator is wired."""

from flask import Flask

from simulators.payments import control_api, demo, inspector, invoice_pages, pages, routes, schedule, v2
from simulators.payments.api import Gate
from simulators.payments.provider import Provider, Settings
from simulators.payments.webhooks import Sender


def create_app(settings: Settings) -> Flask:
    """The provider as a WSGI application. Starts the threads that deliver webhooks and keep time."""
    provider = Provider(settings)
    gate, sender = Gate(provider), Sender(provider)
    if settings.demo:
        demo.fill(provider, settings.demo)
    app = Flask("simulators.payments", static_url_path="/assets")
    app.register_blueprint(routes.blueprint(provider, gate))
    app.register_blueprint(v2.blueprint(provider, gate))
    app.register_blueprint(pages.blueprint(provider))
    app.register_blueprint(invoice_pages.blueprint(provider))
    if settings.control:
        app.register_blueprint(control_api.blueprint(provider, gate, sender))
        app.register_blueprint(inspector.blueprint(provider, gate, sender))
    app.extensions["provider"] = provider
    sender.start()
    schedule.start(provider)
    return app
