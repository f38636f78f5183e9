"""The pages that a person sees. They need no JavaScript and load nothing from elsewhere."""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, render_template

from simulators.identity.asks import EMAIL_SCOPES, Ask
from simulators.identity.people import Person
from simulators.identity.state import state
from simulators.identity.web import issuer

PICTURE_SECONDS = 3600

blueprint = Blueprint("pages", __name__)


def choice_page(ask: Ask, people: Sequence[Person], action: str) -> Response:
    """A button for each person who can sign in. The one of the client's login_hint comes first."""
    ordered = sorted(people, key=lambda person: ask.hint not in (person.username, person.email, person.sub))
    site = urlsplit(ask.redirect_uri)
    origin = f"{site.scheme}://{site.netloc}"
    return _page("choose.html", origin, ask=ask, people=ordered, seen=_seen(ask), site=site.netloc, action=action)


def _seen(ask: Ask) -> list[str]:
    """What the client will see, in words."""
    if ask.kind == "github":
        return ["public profile", "email addresses"] if ask.scopes & EMAIL_SCOPES else ["public profile"]
    return [words for scope, words in (("profile", "name"), ("email", "email address")) if scope in ask.scopes]


def error_page(reason: str, advice: str) -> Response:
    return _page("problem.html", reason=reason, advice=advice)


def _page(template: str, target: str = "", **values: object) -> Response:
    """`target` is the origin that a form may lead to: browsers hold `form-action` against redirects as well."""
    nonce = secrets.token_urlsafe(16)
    page = make_response(render_template(template, nonce=nonce, **values))
    page.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self'",
            f"form-action 'self' {target}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    return page


@blueprint.get("/")
def index() -> Response:
    """Says what this program is, and who can sign in."""
    return _page("index.html", people=list(state().people.values()), issuer=issuer())


@blueprint.get("/avatars/<username>.svg")
def avatar(username: str) -> Response:
    """The initials on a colour that stays the same."""
    person = state().named(username)
    if person is None:
        abort(404)
    return _drawing("avatar.svg", initials=person.initials, hue=person.number * 137 % 360)


@blueprint.get("/favicon.ico")
@blueprint.get("/favicon.svg")
def icon() -> Response:
    return _drawing("icon.svg")


def _drawing(template: str, **values: object) -> Response:
    drawing = Response(render_template(template, **values), content_type="image/svg+xml")
    drawing.headers["Cache-Control"] = f"max-age={PICTURE_SECONDS}"
    return drawing
