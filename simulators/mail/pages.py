"""The pages on which mails are read. They need no JavaScript and load nothing from elsewhere."""

import re
import secrets

from flask import Flask, Response, abort, make_response, render_template
from markupsafe import Markup, escape

from simulators.headers import secure
from simulators.mail.control_api import blueprint
from simulators.mail.faults import Faults
from simulators.mail.inbox import Inbox

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")

POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The icon is a picture in the page itself."""

OF_HTML = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""Of a mail's HTML: as strict as a mail reader. What comes with it is neither run nor fetched."""


def create_app(inbox: Inbox, faults: Faults, smtp_port: int, *, control: bool) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.extensions |= {"inbox": inbox, "faults": faults, "smtp_port": smtp_port}

    @app.get("/")
    def index() -> Response:
        return _page("index.html", mails=inbox.newest_first())

    @app.get("/mails/<int:number>")
    def one(number: int) -> Response:
        mail = inbox.get(number) or abort(404)
        return _page("mail.html", mail=mail, text=with_links(mail.text))

    @app.get("/mails/<int:number>/html")
    def as_html(number: int) -> Response:
        mail = inbox.get(number) or abort(404)
        return secure(make_response(mail.html or abort(404)), OF_HTML)

    if control:
        app.register_blueprint(blueprint)
    return app


def with_links(text: str) -> Markup:
    """The text, escaped, with its links to be clicked on."""
    linked, end = Markup(), 0
    for match in LINK.finditer(text):
        linked += escape(text[end : match.start()]) + Markup('<a href="{0}">{0}</a>').format(match[0])
        end = match.end()
    return linked + escape(text[end:])


def _page(template: str, **values: object) -> Response:
    nonce = secrets.token_urlsafe(16)
    policy = f"{POLICY}; style-src 'nonce-{nonce}'"
    return secure(make_response(render_template(template, nonce=nonce, **values)), policy)
