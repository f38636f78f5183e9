"""The inspector: a page at `/_control/` that shows what happens, payment by payment, and does what the control API can.

Only there with `--control`. Its files in `page/` are served as they are: no build, no framework, nothing from
elsewhere.
"""

from flask import Blueprint, Response, request

from simulators.headers import secure
from simulators.payments import guard, schedule
from simulators.payments.api import Gate
from simulators.payments.provider import Provider
from simulators.payments.webhooks import Sender
from simulators.store import dumps

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
ORDERS = ("/_control/sessions/", "/_control/refunds", "/_control/disputes")
"""Where the control API does what a buyer or a bank does."""


def blueprint(provider: Provider, gate: Gate, sender: Sender) -> Blueprint:
    routes = Blueprint("inspector", __name__, url_prefix="/_control", static_folder="page", static_url_path="/page")
    routes.before_request(guard.refuse_foreign)
    routes.after_request(lambda response: secure(response, POLICY))
    routes.before_app_request(lambda: _note(provider))

    @routes.get("/")
    def page() -> Response:
        return routes.send_static_file("index.html")

    @routes.get("/timeline")
    def timeline() -> Response:
        """What changed after `after`, and how things stand: the page asks each second."""
        schedule.run_due(provider)
        with provider.store:
            told = provider.witness.told(request.args.get("after", 0, int))
            told |= {
                "now": provider.clock.exact(),
                "offset": provider.clock.offset,
                "faults": gate.faults.shown(),
                "webhooks": sender.rules(),
                "held": sum(each["state"] == "held" for each in provider.store["deliveries"].values()),
            }
            return Response(dumps(told), content_type="application/json")

    return routes


def _note(provider: Provider) -> None:
    """What a buyer does on the payment page, and what the control API does in the place of a buyer or a bank."""
    if request.method != "POST" or guard.refuse_foreign():
        return
    if request.path.startswith("/pay/"):
        name, _, step = request.path.removeprefix("/pay/").removeprefix("intents/").partition("/")
        provider.witness.timeline.note("buyer", name, step=step or "pay")
    elif request.path.startswith(ORDERS):
        rest = request.path.removeprefix("/_control/")
        about = rest.split("/")[1] if "/" in rest else None
        provider.witness.timeline.note("control", about, path=rest)
